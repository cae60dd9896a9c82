import { defineCommand } from '../../command.ts';
import { applyFileChanges, checkoutOptions, openCheckout } from '../../file-changes.ts';

export const serviceRemoveCommand = defineCommand({
  name: 'service remove',
  group: 'Writes',
  summary: 'remove a service from every environment',
  description:
    'Edits the files of the current checkout, for you to look at and commit: the inverse of `bitiq service add`. It is refused while another service lets it call, while a hold or a compatibility rule names it, and for the last service. Existing releases keep the service.',
  arguments: [{ name: 'name', summary: 'the service' }],
  options: checkoutOptions,
  examples: [{ command: 'bitiq service remove cart --dry-run', summary: 'see the changes first' }],
  run: async (context) => {
    const { removeService } = await import('../../../actions/service/remove.ts');
    const checkout = await openCheckout(context);
    const { changes, mentions } = await removeService(checkout.tree, context.args[0]);
    await applyFileChanges(context, checkout, changes);
    for (const { file, line, sourceLine } of mentions) {
      context.note(`Still mentioned: ${file}:${line}  ${(sourceLine ?? '').trim()}`);
    }
    return 0;
  },
});
