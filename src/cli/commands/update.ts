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
    'The updater of an environment that follows main. It takes the greatest tag that the `update` rule of a service in bitiq.yaml allows, if its image carries the commit that the tag names and is there for the `platforms` of the environment. It never moves a service down, never a held one, nothing into a frozen environment, and never back to a tag that a service was taken from: then it puts a hold on it, with the evidence.',
  arguments: [{ name: 'env', summary: 'the environment that follows main' }],
  options: [
    { flags: '--watch', summary: 'go on looking until Ctrl-C' },
    {
      flags: '--debounce <ms>',
      summary: 'with --watch: quiet time before all images that came are written at once (default: 2000)',
    },
    { flags: '--interval <ms>', summary: 'with --watch: the time between two looks (default: 30000)' },
    {
      flags: '--image-store <dir>',
      summary: 'look images up in OCI layouts below this folder, not in their registries',
    },
    sourceOption,
    pullRequestOption,
    ...writeOptions,
  ],
  examples: [
    { command: 'bitiq update dev --dry-run', summary: 'what is newer, and what stays and why' },
    { command: 'bitiq update dev --watch', summary: 'write new images as they come' },
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
    message: '--watch writes what it finds, and --dry-run writes nothing.',
    fix: 'Use one of them.',
  });
}

function proposingWatch(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--watch writes each image as it comes, and with --pr a person decides.',
    fix: 'Leave --watch out, and run it again for newer images: its pull request is brought up to date.',
  });
}
