import { flagOption, textOption, type CommandSpec } from '../command.ts';
import { writeOptions } from '../common-options.ts';
import { actorOf, helmAtHand, helmPath, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf, pullRequestOption } from '../pull-request.ts';

export const rollback: CommandSpec = {
  name: 'rollback',
  group: 'Writes',
  summary: 'bring an environment back to an earlier release',
  description:
    'One commit, whatever freeze there is. A pinned environment gets its pointer moved to a tree that has already run. An environment that follows main gets its earlier tags, and a hold on every service that this moves, so that no updater undoes it. Without --to it is the release that ran before the current one was made, so that going back twice goes further back.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    { flags: '--to <release>', summary: 'the release, such as prod/2, just 2, or dev@abc1234' },
    { flags: '--force', summary: 'also across a release that was promoted with --irreversible' },
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq rollback prod --reason "checkout fails"', summary: 'to the release before' },
    {
      command: 'bitiq rollback dev --reason "checkout fails"',
      summary: 'its tags from before, and they stay',
    },
    { command: 'bitiq rollback prod --to 2 --dry-run', summary: 'see what going back to prod/2 means' },
  ],
  run: async (context) => {
    const { rollBack } = await import('../../actions/roll-back.ts');
    const repository = await openNamed(context);
    const applied = await rollBack(repository, {
      environment: context.args[0] ?? '',
      to: textOption(context, 'to'),
      actor: await actorOf(context, repository),
      force: flagOption(context, 'force'),
      helm: () => helmPath(context),
      helmAtHand: () => helmAtHand(context),
      dryRun: flagOption(context, 'dryRun'),
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
};
