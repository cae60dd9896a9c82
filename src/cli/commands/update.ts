import { BitiqError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { pullRequestOption, sourceOption, writeOptions } from '../common-options.ts';
import { readMilliseconds } from '../number-options.ts';
import { actorOf, helmPath, openForReading } from '../open.ts';
import { reportApplied } from '../print-plan.ts';
import { pullRequestOf } from '../pull-request.ts';
import { readSources } from '../source-option.ts';

export const updateCommand = defineCommand({
  name: 'update',
  group: 'Writes',
  summary: 'move the services of an environment to their newest images, in one commit',
  description:
    "Runs the updater of an environment that follows main. It takes the greatest tag that a service's `update` rule in bitiq.yaml allows, if the image carries the commit that the tag names and exists for the `platforms` of the environment. It never moves a service down, never moves a held one, and moves nothing in a frozen environment. If a service would go back to a tag that it was moved away from, it puts a hold on the service and records why.",
  arguments: [{ name: 'env', summary: 'the environment that follows main' }],
  options: [
    { flags: '--watch', summary: 'keep looking until Ctrl-C' },
    {
      flags: '--debounce <ms>',
      summary:
        'with --watch: how long no new image must arrive before all new ones are written at once (default: 2000)',
    },
    { flags: '--interval <ms>', summary: 'with --watch: the time between two looks (default: 30000)' },
    {
      flags: '--image-store <dir>',
      summary: 'look up images in OCI layouts in this folder instead of their registries',
    },
    sourceOption,
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq update dev --dry-run', summary: 'see what is newer, what stays, and why' },
    { command: 'bitiq update dev --watch', summary: 'write new tags as images arrive' },
  ],
  run: async (context) => {
    const { imageSourceOf } = await import('../image-source.ts');
    const { requireWriter, updateEnvironment } = await import('../../actions/update.ts');
    const [debounce, interval] = [
      readMilliseconds('--debounce', context.options.debounce, 2000),
      readMilliseconds('--interval', context.options.interval, 30_000),
    ];
    const { repository, config } = await openForReading(context);
    const actor = await actorOf(context, repository);
    const options = {
      environment: context.args[0] ?? '',
      images: imageSourceOf(context),
      sources: readSources(context, config),
      helm: await helmPath(context),
    };
    if (context.options.watch !== true) {
      const { applied, skipped } = await updateEnvironment(repository, {
        ...options,
        actor,
        dryRun: context.options.dryRun === true,
        pullRequest: await pullRequestOf(context, repository),
      });
      reportApplied(context, applied, { skipped });
      return 0;
    }
    if (context.options.dryRun === true) throw dryWatch();
    if (context.options.pr === true) throw proposingWatch();
    const { requireEnvironment } = await import('../../actions/read/read-state.ts');
    const environment = requireEnvironment(config, options.environment);
    requireWriter(environment, false);
    const { name } = environment;
    const { watchUpdates } = await import('../../actions/plan/watch-updates.ts');
    context.note(`Watching ${name} every ${interval / 1000} s; Ctrl-C ends it.`);
    await watchUpdates(repository, {
      ...options,
      actor: () => ({ ...actor, now: context.now() }),
      debounce,
      interval,
      signal: context.signal,
      onUpdated: ({ applied, skipped }) => reportApplied(context, applied, { skipped }),
      onSkipped: (message) => context.note(message),
      onProblem: (message) => context.note(`Not updated: ${message}`),
    });
    context.note(`No longer watching ${name}.`);
    return 0;
  },
});

function dryWatch(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--watch writes, and --dry-run does not.',
    fix: 'Use one of them.',
  });
}

function proposingWatch(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--watch writes each new tag at once, and with --pr a person decides.',
    fix: 'Leave --watch out, and run it again for newer images: its pull request is brought up to date.',
  });
}
