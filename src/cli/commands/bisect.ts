import type { Bisection, Trial } from '../../actions/bisect.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { readOptions } from '../common-options.ts';
import { openForReading } from '../open.ts';
import { painter } from '../print.ts';
import { printChanges } from '../print-plan.ts';

export const bisectCommand = defineCommand({
  name: 'bisect',
  group: 'Reads',
  endsItself: true,
  summary: 'find the service whose change between two releases breaks a command',
  description:
    'Runs the command for combinations between the two releases, and names the smallest set of changes that breaks it: one service, or several that break it only together. $BITIQ_COMBINATION has the path of a JSON file {service: tag}, and $BITIQ_COMPOSITE_VERSION the composite version. It exits with 0 for good, 125 for "cannot say", and any other code below 128 for bad. What is found is tried once more; a command that then says something else is refused. Nothing is written.',
  arguments: [
    { name: 'env', summary: 'the environment' },
    { name: 'command', summary: 'the command and its arguments, after `--`', many: true },
  ],
  options: [
    {
      flags: '--good <release>',
      summary: 'a release for which the command succeeds, such as prod/2, just 2, or dev@abc1234',
    },
    {
      flags: '--bad <release>',
      summary: 'a release for which it fails (default: what the environment has now)',
    },
    ...readOptions,
  ],
  examples: [
    { command: 'bitiq bisect prod --good 12 --bad 15 -- ./smoke-test.sh', summary: 'which service broke it' },
    {
      command: 'bitiq bisect dev --good prod -- npm test',
      summary: 'what dev has and prod does not have yet',
    },
  ],
  run: async (context) => {
    const [environment, tool, ...args] = context.args;
    const goodName = context.options.good;
    if (goodName === undefined) throw noGood();
    const [{ bisect: runBisect }, { resolveRelease }, { requireEnvironment }] = await Promise.all([
      import('../../actions/bisect.ts'),
      import('../../actions/read/resolve-release.ts'),
      import('../../actions/read/read-state.ts'),
    ]);
    const { repository, head, config } = await openForReading(context);
    requireEnvironment(config, environment);
    const resolve = (text: string) => {
      const name = /^[0-9]{1,6}$/.test(text) ? `${environment}/${text}` : text;
      return resolveRelease(repository, { head, config, name });
    };
    const found = await runBisect({
      good: await resolve(goodName),
      bad: await resolve(context.options.bad ?? environment),
      command: [tool, ...args],
      cwd: context.cwd,
      env: context.env,
      signal: context.signal,
      onTrial: (trial, output) => {
        for (const line of output.trimEnd().split('\n')) if (line !== '') context.note(`  | ${line}`);
        context.note(printTrial(trial));
      },
    });
    if (context.options.json === true) context.out(JSON.stringify(found, null, 2));
    else context.out(printFound(found, context));
    return 0;
  },
});

function printTrial({ changes, verdict, exitCode, again }: Trial): string {
  const what = changes.length === 0 ? 'the good release as it is' : changes.map(printChange).join(', ');
  return `${verdict} (exit code ${exitCode}): ${what}${again ? ', once more' : ''}`;
}

function printFound(found: Bisection, context: CommandContext): string {
  const paint = painter(context.colour);
  const { culprit } = found;
  const trail = found.trail.filter((trial) => !trial.again);
  const skipped = trail.filter((trial) => trial.verdict === 'skip').length;
  return [
    `${found.good} is good, ${found.bad} is bad, and ${found.changes.length} of their versions differ.`,
    paint(
      'bold',
      culprit.length === 1
        ? 'This change breaks it:'
        : `These ${culprit.length} changes break it, and only together:`,
    ),
    printChanges(culprit, paint),
    `${trail.length} combinations were tried${skipped === 0 ? '' : `; of ${skipped} nothing could be said, so a smaller set may do it`}.`,
  ].join('\n');
}

function printChange({ service, to }: TagChange): string {
  return `${service} ${to ?? '(removed)'}`;
}

function noGood(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--good is missing: a release for which the command succeeds.',
    fix: 'Name it with --good RELEASE; `bitiq log ENV` lists them.',
  });
}
