import { defineCommand } from '../../command.ts';
import { applyFileChanges, checkoutOptions, openCheckout } from '../../file-changes.ts';

export const serviceAddCommand = defineCommand({
  name: 'service add',
  group: 'Writes',
  summary: 'add a service, with all that it needs, to every environment or some',
  description:
    'Edits the files of the current checkout, for you to look at and commit: bitiq.yaml, the values of its environments, the composite version and the generated files. Until its first build the service has a placeholder as its tag. Where the policies want more than one replica, its entry has two and a disruption budget. With --env it comes into these environments only, and a service that bitiq.yaml has already gets the entry that another environment has. `bitiq service remove` undoes it to the byte.',
  arguments: [{ name: 'name', summary: 'the name: that of the image and of the Kubernetes objects' }],
  options: [
    {
      flags: '--repo <url>',
      summary: 'the Git repository of the service: https://…, http://…, ssh://… or git@host:path',
    },
    {
      flags: '--image <repository>',
      summary:
        'the image repository, without a tag; image.nameOverride is written where its last part is not the name',
    },
    {
      flags: '--example <dir>',
      summary: 'a folder of this checkout that `bitiq up` makes the Git repository from',
    },
    {
      flags: '--env <environment>',
      summary: 'an environment that it comes into; repeatable; default: all',
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
      summary: 'see the lines first',
    },
    {
      command:
        'bitiq service add cart --repo https://github.com/acme/cart --image ghcr.io/acme/cart --env dev',
      summary: 'in dev alone; `bitiq promote` brings it further',
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
