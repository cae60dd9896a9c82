import type { Combination } from '../../model/combination.ts';
import { sameCombination } from '../../model/combination.ts';
import { diffCombinations, type TagChange } from '../../model/combination-diff.ts';
import { paths, type EnvironmentConfig } from '../../model/config.ts';
import { printFollowingRelease, releaseOfPointer } from '../../model/release.ts';
import { rollbackBranch } from '../../model/proposal-branch.ts';
import { headOfBranch } from '../../git/branches.ts';
import { isShallow } from '../../git/shallow.ts';
import { logOf, readObjects, type CommitInfo } from '../../git/read.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { readCombinationText, readTextAt } from '../../yaml/read-quickly.ts';
import { isUnreleased, pointerPath } from './read-state.ts';
import { readReleased } from './released-combinations.ts';

/** One time that an environment moved: what it ran from then on. */
export interface LedgerEntry {
  readonly release: string;
  /** The commit of main that moved it. */
  readonly commit: string;
  /** ISO 8601. */
  readonly date: string;
  readonly by: string;
  /** `promote`, `rollback`, `set`, …, or `edit` for a commit that bitiq did not write. */
  readonly action: string;
  readonly reason: string | undefined;
  readonly subject: string;
  /** Against what it ran before; undefined where that cannot be read. */
  readonly changes: readonly TagChange[] | undefined;
  readonly combination: Combination | undefined;
}

/** The `limit` newest moves of an environment, newest first. */
export async function readLedger(
  repository: Repository,
  options: { readonly head: string; readonly environment: EnvironmentConfig; readonly limit: number },
): Promise<LedgerEntry[]> {
  const moves: LedgerEntry[] = [];
  for await (const move of readMoves(repository, { ...options, first: options.limit })) {
    if (moves.push(move) >= options.limit) break;
  }
  return moves;
}

/**
 * Every move of an environment, newest first: the history of its pointer, or of its values file. Leave the loop when you have
 * enough: the history is read in pieces that grow, the first of them for `first` moves.
 */
export async function* readMoves(
  repository: Repository,
  options: {
    readonly head: string;
    readonly environment: EnvironmentConfig;
    readonly first?: number | undefined;
  },
): AsyncGenerator<LedgerEntry, void, undefined> {
  const { environment, head, first = 20 } = options;
  const path =
    environment.kind === 'pinned' ? paths.application(environment.name) : paths.values(environment.name);
  let given = 0;
  // One commit more than moves, which tells what ran before. Commits that touch the file need not move the environment.
  for (let count = first + 1; ; count *= 8) {
    const commits = await logOf(repository, { from: head, paths: [path], limit: count });
    const states = await readStates(repository, environment, path, commits);
    const isWhole = commits.length < count;
    // Where a shallow clone cuts the history off, the first commit does not tell what ran before it.
    const isFirst = isWhole && !(await isShallow(repository));
    // A longer piece begins with the same moves.
    const moves = movesOf(states, environment, isFirst);
    yield* await withMergedRollbacks(repository, environment, moves.slice(given));
    if (isWhole) return;
    given = Math.max(given, moves.length);
  }
}

/** Why the values of an environment do not list a service: it never was there, or who took it out. */
export async function describeAbsence(
  repository: Repository,
  at: { readonly head: string; readonly environment: EnvironmentConfig; readonly service: string },
): Promise<string> {
  const { environment, service } = at;
  const { name } = environment;
  const file = paths.values(name);
  for await (const { changes, combination, commit, by } of readMoves(repository, at)) {
    if (changes?.some((each) => each.service === service && each.kind === 'removed'))
      return `${service} is not in ${name} any more: ${commit.slice(0, 7)} by ${by} removed it.`;
    if (combination?.has(service))
      return `${service} leaves ${name} with the next release: ${file} does not list it any more.`;
  }
  return `${service} is not in ${name} yet: ${file} does not list it.`;
}

interface State {
  readonly commit: CommitInfo;
  readonly release: string;
  readonly combination: Combination | undefined;
}

async function readStates(
  repository: Repository,
  environment: EnvironmentConfig,
  path: string,
  commits: readonly CommitInfo[],
): Promise<State[]> {
  const blobs = await readObjects(
    repository,
    commits.map((commit) => `${commit.sha}:${pathInside(repository, path)}`),
  );
  const texts = blobs.map((blob) => blob?.toString('utf8') ?? '');
  if (environment.kind === 'following') {
    return commits.map((commit, index) => ({
      commit,
      release: printFollowingRelease(environment.name, commit.sha),
      combination: quietly(() => readCombinationText(texts[index]!, path)),
    }));
  }
  const pointers = texts.map((text) =>
    releaseOfPointer(quietly(() => readTextAt(text, path, pointerPath)) || '(unreadable)'),
  );
  const combinations = await readReleased(repository, { environment: environment.name, commits, pointers });
  return commits.map((commit, index) => ({
    commit,
    release: pointers[index]!,
    combination: combinations[index],
  }));
}

/** Of a piece of the history only the moves of which it is known what ran before. */
function movesOf(
  states: readonly State[],
  { kind, name: environment }: EnvironmentConfig,
  isWhole: boolean,
): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  let ran: State | undefined;
  for (const [index, state] of [...states.entries()].reverse()) {
    const before = states[index + 1];
    const moved =
      kind === 'following'
        ? !before?.combination ||
          !state.combination ||
          !sameCombination(before.combination, state.combination)
        : before?.release !== state.release;
    const isKnown = isWhole || ran !== undefined;
    if (moved && isKnown && !isUnreleased(environment, state.release))
      entries.push(entryOf(state, ran ?? before, environment));
    if (hasRun(state, environment)) ran = state;
  }
  return entries.reverse();
}

/** A file that cannot be read, and a pointer that a person wrote to what is not a release, brought nothing: what ran before went on. */
function hasRun({ combination, commit, release }: State, environment: string): boolean {
  return (
    combination !== undefined ||
    isUnreleased(environment, release) ||
    commit.trailers.get('Bitiq-To') === release
  );
}

function entryOf(state: State, before: State | undefined, environment: string): LedgerEntry {
  const { commit, combination } = state;
  const previous =
    before === undefined || isUnreleased(environment, before.release)
      ? new Map<string, string>()
      : before.combination;
  // Where the history is cut off, the first commit brings everything and tells of one environment.
  const tells = [undefined, environment].includes(commit.trailers.get('Bitiq-Environment'));
  const told = (key: string) => (tells ? commit.trailers.get(key) : undefined);
  return {
    release: state.release,
    commit: commit.sha,
    date: commit.date,
    by: told('Bitiq-By') ?? commit.author,
    action: told('Bitiq-Action') ?? (isRollback(commit.subject, environment) ? 'rollback' : 'edit'),
    reason: told('Bitiq-Reason'),
    subject: commit.subject,
    changes: combination && previous ? diffCombinations(previous, combination) : undefined,
    combination,
  };
}

/** A squash may keep the subject alone, which is the title of the pull request. What was taken back is to stay so all the same. */
function isRollback(subject: string, environment: string): boolean {
  return subject.startsWith(`${environment}: roll back to `);
}

/** A squash under another title keeps nothing of what was proposed but what it does: the branch that proposed it says the rest. */
async function withMergedRollbacks(
  repository: Repository,
  environment: EnvironmentConfig,
  moves: readonly LedgerEntry[],
): Promise<readonly LedgerEntry[]> {
  const { kind, name } = environment;
  if (!moves.some(({ action }) => action === 'edit')) return moves;
  const tip = await headOfBranch(repository, rollbackBranch(name));
  const [proposed] = tip === undefined ? [] : await logOf(repository, { from: tip, paths: [], limit: 1 });
  const { trailers } = proposed ?? {};
  if (proposed === undefined || trailers?.get('Bitiq-Action') !== 'rollback') return moves;
  const values = paths.values(name);
  const [blob] =
    kind === 'pinned' ? [] : await readObjects(repository, [`${tip}:${pathInside(repository, values)}`]);
  const wanted = blob && quietly(() => readCombinationText(blob.toString('utf8'), values));
  const isMerge = (move: LedgerEntry): boolean =>
    kind === 'pinned'
      ? move.release === trailers.get('Bitiq-To')
      : wanted !== undefined && move.combination !== undefined && sameCombination(wanted, move.combination);
  const merged = moves.findLast(
    (move) => move.action === 'edit' && Date.parse(move.date) >= Date.parse(proposed.date) && isMerge(move),
  );
  if (merged === undefined) return moves;
  const by = trailers.get('Bitiq-By') ?? merged.by;
  return moves.map((move) =>
    move === merged ? { ...move, action: 'rollback', by, reason: trailers.get('Bitiq-Reason') } : move,
  );
}

/** History may hold anything; a state that cannot be read is shown as such and stops nothing. */
function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
