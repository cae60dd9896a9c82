import { defineCommand } from '../command.ts';
import { pullRequestOption, writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';

export const thawCommand = defineCommand({
  name: 'thaw',
  group: 'Writes',
  summary: 'lift the freezes of an environment',
  description:
    'Removes the current freezes, and those that have ended, from environments/<env>/freezes.yaml, in one commit.',
  arguments: [{ name: 'env', summary: 'the environment' }],
  options: [
    { flags: '--all', summary: 'also coming and weekly freezes that are not in force now' },
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [{ command: 'bitiq thaw prod --reason "the sale is over"', summary: 'releases can enter again' }],
  run: async (context) => {
    const { thaw: runThaw } = await import('../../actions/thaw.ts');
    const repository = await openNamed(context);
    const applied = await runThaw(repository, {
      environment: context.args[0],
      all: context.options.all === true,
      actor: await actorOf(context, repository),
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
});
