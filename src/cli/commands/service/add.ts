import { BitiqError } from '../../../model/errors.ts';
import { textOption, type CommandContext, type CommandSpec } from '../../command.ts';
import { applyFileChanges, checkoutOptions, openCheckout } from '../../file-changes.ts';

export const serviceAdd: CommandSpec = {
  name: 'service add',
  group: 'Writes',
  summary: 'add a service to every environment, with all that it needs',
  description:
    'Edits the files of the current checkout, for you to look at and commit: bitiq.yaml, the values of every environment, the composite version and the generated files. Until its first build the service has a placeholder as its tag. `bitiq service remove` undoes it to the byte.',
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
  ],
  run: async (context) => {
    const { planAddService } = await import('../../../actions/add-service.ts');
    const checkout = await openCheckout(context);
    const example = textOption(context, 'example')?.replace(/^\.\/|(?<!\/)\/+$/g, '');
    const changes = await planAddService(checkout.tree, {
      name: context.args[0] ?? '',
      repository: required(context, 'repo', 'https://github.com/acme/cart'),
      image: required(context, 'image', 'ghcr.io/acme/cart'),
      ...(example === undefined ? {} : { example }),
    });
    await applyFileChanges(context, checkout, changes);
    return 0;
  },
};

function required(context: CommandContext, option: string, example: string): string {
  const text = textOption(context, option);
  if (text !== undefined && text !== '') return text;
  throw new BitiqError({
    code: 'usage',
    message: `--${option} is missing.`,
    fix: `Write for example --${option} ${example}.`,
  });
}
