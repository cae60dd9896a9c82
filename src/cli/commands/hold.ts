import { defineCommand } from '../command.ts';
import { pullRequestOption, untilOption, writeOptions } from '../common-options.ts';
import { actorOf, openNamed } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';
import { untilOf } from '../until-option.ts';

export const holdCommand = defineCommand({
  name: 'hold',
  group: 'Writes',
  summary: 'stop automation from moving services of an environment',
  description:
    'Adds an entry to environments/<env>/holds.yaml, in one commit. Every updater leaves the service at its tag until the hold ends or somebody lifts it; people need --force to move it. The reason is required.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'service', summary: 'the services', many: true },
  ],
  options: [untilOption, pullRequestOption, ...writeOptions],
  examples: [
    {
      command: 'bitiq hold dev toy-web --reason "waits for the new API"',
      summary: 'until `bitiq unhold dev toy-web`',
    },
    {
      command: 'bitiq hold dev toy-web --reason "load test" --until 2026-08-05T18:00:00Z',
      summary: 'until a given time',
    },
  ],
  run: async (context) => {
    const { hold: runHold } = await import('../../actions/hold.ts');
    const [environment, ...services] = context.args;
    const until = await untilOf(context);
    const repository = await openNamed(context);
    const applied = await runHold(repository, {
      environment,
      services,
      until,
      actor: await actorOf(context, repository),
      dryRun: context.options.dryRun === true,
      pullRequest: await pullRequestOf(context, repository),
    });
    reportApplied(context, applied);
    return 0;
  },
});
