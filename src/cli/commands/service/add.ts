import { defineCommand } from '../../command.ts';
import { applyFileChanges, checkoutOptions, openCheckout } from '../../file-changes.ts';

export const serviceAddCommand = defineCommand({
  name: 'service add',
  group: 'Writes',
  summary: 'add a service, with everything it needs, to all or some environments',
  description:
    'Edits the files of the current checkout, for you to look at and commit: bitiq.yaml, the values of its environments, the composite version and the generated files. The tag is a placeholder until the first build. Where the policies require more than one replica, the entry has two and a disruption budget. With --env it is added to these environments only; a service that bitiq.yaml already lists gets the entry of another environment. `bitiq service remove` undoes it to the byte.',
  arguments: [{ name: 'name', summary: 'the name of the service and of its Kubernetes objects' }],
  options: [
    {
      flags: '--repo <url>',
      summary: "the service's Git repository: https://…, http://…, ssh://… or git@host:path",
    },
    {
      flags: '--image <repository>',
      summary:
        'the image repository without a tag; if its last part is not the name, image.nameOverride is written',
    },
    {
      flags: '--example <dir>',
      summary: 'a folder of this checkout from which `bitiq up` creates the Git repository',
    },
    {
      flags: '--env <environment>',
      summary: 'an environment to add it to (default: all)',
      many: true,
    },
    ...checkoutOptions,
  ],
  examples: [
    {
      command: 'bitiq service add cart --repo https://github.com/acme/cart --image ghcr.io/acme/cart',
      summary: 'then look at `git diff`, and commit',
    },
    {
      command:
        'bitiq service add cart --repo https://github.com/acme/cart --image ghcr.io/acme/cart --example examples/cart --dry-run',
      summary: 'see the changes first',
    },
    {
      command:
        'bitiq service add cart --repo https://github.com/acme/cart --image ghcr.io/acme/cart --env dev',
      summary: 'in dev only; `bitiq promote` takes it further',
    },
  ],
  run: async (context) => {
    const { addService } = await import('../../../actions/service/add.ts');
    const checkout = await openCheckout(context);
    const example = context.options.example?.replace(/^\.\/|(?<!\/)\/+$/g, '');
    const given = {
      name: context.args[0],
      repository: context.options.repo,
      image: context.options.image,
      example,
    };
    const changes = await addService(checkout.tree, given, {
      environments: context.options.env ?? [],
      now: context.now(),
    });
    await applyFileChanges(context, checkout, changes);
    return 0;
  },
});
