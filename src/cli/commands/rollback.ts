import { defineCommand } from '../command.ts';
import { pullRequestOption, writeOptions } from '../common-options.ts';
import { actorOf, helmAtHand, helmPath, noteShallow, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';

export const rollbackCommand = defineCommand({
  name: 'rollback',
  group: 'Writes',
  summary: 'roll an environment back to an earlier release',
  description:
    'Makes one commit, even while the environment is frozen. In a pinned environment it moves the pointer to a release that ran before. In an environment that follows main it restores earlier tags and puts a hold on every service that moves, so that no updater undoes it. Without --to it goes to the release that ran when the current one was made; rolling back twice goes further back.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    { flags: '--to <release>', summary: 'the release, such as prod/2, just 2, or dev@abc1234' },
    { flags: '--force', summary: 'even across a release that was promoted with --irreversible' },
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq rollback prod --reason "checkout fails"', summary: 'to the previous release' },
    {
      command: 'bitiq rollback dev --reason "checkout fails"',
      summary: 'restore the previous tags, and hold them',
    },
    {
      command: 'bitiq rollback prod --to 2 --dry-run',
      summary: 'see what rolling back to prod/2 would change',
    },
  ],
  run: async (context) => {
    const { rollback } = await import('../../actions/rollback.ts');
    const repository = await openNamed(context);
    await noteShallow(repository, context);
    const applied = await rollback(repository, {
      environment: context.args[0],
      to: context.options.to,
      actor: await actorOf(context, repository),
      force: context.options.force === true,
      helm: () => helmPath(context),
      helmAtHand: () => helmAtHand(context),
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
});
