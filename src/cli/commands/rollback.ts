import { flagOption, textOption, type CommandSpec } from '../command.ts';
import { writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';

export const rollback: CommandSpec = {
  name: 'rollback',
  group: 'Writes',
  summary: 'move a pinned environment back to an earlier release',
  description:
    'One commit that moves the pointer to a tree that has already run. Without --to it is the release that ran before the current one was made, so that going back twice goes further back.',
  arguments: [{ name: 'env', summary: 'the pinned environment' }],
  options: [{ flags: '--to <release>', summary: 'the release, such as prod/2 or just 2' }, ...writeOptions],
  examples: [
    { command: 'bitiq rollback prod --reason "checkout fails"', summary: 'to the release before' },
    { command: 'bitiq rollback prod --to 2 --dry-run', summary: 'see what going back to prod/2 means' },
  ],
  run: async (context) => {
    const { rollBack } = await import('../../actions/roll-back.ts');
    const repository = await openNamed(context);
    const applied = await rollBack(repository, {
      environment: context.args[0] ?? '',
      to: textOption(context, 'to'),
      actor: await actorOf(context, repository),
      dryRun: flagOption(context, 'dryRun'),
    });
    reportApplied(context, applied);
    return 0;
  },
};
