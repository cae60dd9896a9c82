import { defineCommand } from '../command.ts';
import { pullRequestOption, writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';

export const unholdCommand = defineCommand({
  name: 'unhold',
  group: 'Writes',
  summary: 'lift the holds on services of an environment',
  description:
    'Removes the entries of the services from environments/<env>/holds.yaml, in one commit. Automation may move them again.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service', summary: 'the services', many: true },
  ],
  options: [pullRequestOption, ...writeOptions],
  examples: [{ command: 'bitiq unhold dev toy-web', summary: 'the updater may move it again' }],
  run: async (context) => {
    const { unhold: runUnhold } = await import('../../actions/unhold.ts');
    const [environment, ...services] = context.args;
    const repository = await openNamed(context);
    const applied = await runUnhold(repository, {
      environment,
      services,
      actor: await actorOf(context, repository),
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
});
