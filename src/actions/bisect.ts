import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printComposite, type Combination } from '../model/combination.ts';
import { diffCombinations, type TagChange } from '../model/combination-diff.ts';
import { BitiqError, messageOf } from '../model/errors.ts';
import { isolateCause, type Verdict } from '../model/isolate-cause.ts';
import { run } from '../process/run.ts';
import { inScratchFolder } from '../process/scratch-folder.ts';
import type { ResolvedRelease } from './read/resolve-release.ts';

/** One combination that was tried: the good release with these changes. */
export interface Trial {
  readonly changes: readonly TagChange[];
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** It was tried before, and is only to say the same again. */
  readonly again?: true;
}

/** What broke the command: the smallest set of changes that does, and how it was found. */
export interface Bisection {
  readonly good: string;
  readonly bad: string;
  /** All that differs between the two. */
  readonly changes: readonly TagChange[];
  /** One service, or several that break it only together. */
  readonly culprit: readonly TagChange[];
  readonly trail: readonly Trial[];
}

export interface BisectOptions {
  readonly good: ResolvedRelease;
  readonly bad: ResolvedRelease;
  /** Run for each combination: exit code 0 good, 125 skip, 128 and more ends everything, any other bad. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called after each trial, with what the command printed. */
  readonly onTrial: (trial: Trial, output: string) => void;
}

/**
 * Finds the change between two releases that breaks a command, by trying combinations between them. The command gets
 * the path of a JSON file `{service: tag}` in BITIQ_COMBINATION, and the composite version in BITIQ_COMPOSITE_VERSION.
 * Both ends of what was found are tried once more. Writes nothing. Throws `usage` when the good one is not good or the bad
 * one not bad, and `tool-failed` when the command does not say the same twice.
 */
export async function bisect(options: BisectOptions): Promise<Bisection> {
  const { good, bad } = options;
  const changes = diffCombinations(good.combination, bad.combination);
  if (changes.length === 0) {
    throw unfit(`${good.release} and ${bad.release} have the same versions.`);
  }
  const trail: Trial[] = [];
  return inScratchFolder('bisect', async (folder) => {
    const attempt = async (some: readonly TagChange[], again?: true): Promise<Verdict> => {
      const { exitCode, output } = await tryCombination(apply(good.combination, some), folder, options);
      const trial: Trial = { changes: some, exitCode, verdict: verdictOf(exitCode), ...(again && { again }) };
      trail.push(trial);
      options.onTrial(trial, output);
      return trial.verdict;
    };
    await expectVerdict(good.release, 'good', await attempt([]));
    await expectVerdict(bad.release, 'bad', await attempt(changes));
    const culprit = await isolateCause(changes, async (some) => (await attempt(some)) === 'bad');
    expectSame([], 'good', await attempt([], true));
    expectSame(culprit, 'bad', await attempt(culprit, true));
    return { good: good.release, bad: bad.release, changes, culprit, trail };
  });
}

async function tryCombination(
  combination: Combination,
  folder: string,
  { command: [tool, ...args], cwd, env, signal }: BisectOptions,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const path = join(folder, 'combination.json');
  const sorted = [...combination].sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  const ended = await run(tool, args, {
    to: 'try a combination',
    cwd,
    signal,
    env: { ...env, BITIQ_COMBINATION: path, BITIQ_COMPOSITE_VERSION: printComposite(combination) },
    allow: 'any',
  }).catch((error: unknown) => {
    throw wasStarted(error) ? error : notStarted(tool, error);
  });
  const output = ended.stdout.toString('utf8') + ended.stderr;
  if (ended.code < 128) return { exitCode: ended.code, output };
  const how = ended.signal === undefined ? `with exit code ${ended.code}` : `by ${ended.signal}`;
  const tail = output.trimEnd().split('\n').slice(-12).join('\n');
  throw new BitiqError({
    code: 'tool-failed',
    message: `${tool} ended ${how}, which is neither a good nor a bad verdict.${tail && `\n${tail}`}`,
    fix: 'Let it exit with 0 for good, 125 for "cannot say", or any other code below 128 for bad.',
  });
}

/** Whether the command ran, or was ended by Ctrl-C. */
function wasStarted(error: unknown): boolean {
  if (error instanceof BitiqError) return error.code !== 'tool-missing';
  return !(error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn'));
}

function notStarted(tool: string, error: unknown): BitiqError {
  const isMissing = error instanceof BitiqError;
  return new BitiqError({
    code: 'usage',
    message: `The command ${tool} could not be started: ${isMissing ? 'there is no such program' : messageOf(error)}.`,
    fix: 'Name after `--` a program on PATH, or a file that may be executed, such as ./smoke-test.sh.',
    cause: error,
  });
}

function apply(combination: Combination, changes: readonly TagChange[]): Combination {
  const changed = new Map(combination);
  for (const { service, to } of changes) {
    if (to === undefined) changed.delete(service);
    else changed.set(service, to);
  }
  return changed;
}

function verdictOf(exitCode: number): Verdict {
  if (exitCode === 0) return 'good';
  return exitCode === 125 ? 'skip' : 'bad';
}

async function expectVerdict(release: string, wanted: Verdict, found: Verdict): Promise<void> {
  if (found === wanted) return;
  const said = found === 'skip' ? 'could not tell' : `called it ${found}`;
  throw unfit(`${release} is to be the ${wanted} one, and the command ${said}.`);
}

/** What was found is true only when the command says it every time. */
function expectSame(changes: readonly TagChange[], before: Verdict, now: Verdict): void {
  if (now === before) return;
  const what =
    changes.length === 0
      ? 'the good release'
      : `the good release with ${changes.map(({ service, to }) => `${service} ${to ?? '(removed)'}`).join(', ')}`;
  throw new BitiqError({
    code: 'tool-failed',
    message: `The command is flaky: it called the same combination first ${before} and then ${now}: ${what}.`,
    fix: 'Make the command give the same result each time: let it wait for what it needs, retry, or exit with 125 if it cannot tell.',
  });
}

function unfit(message: string): BitiqError {
  return new BitiqError({
    code: 'usage',
    message,
    fix: 'Name a release for which the command succeeds with --good, and one for which it fails with --bad.',
  });
}
