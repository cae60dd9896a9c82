import type { Combination } from '../../model/combination.ts';
import type { EnvironmentConfig } from '../../model/config.ts';
import type { BitiqError } from '../../model/errors.ts';
import { parseReleaseName, type ReleaseRecord } from '../../model/release.ts';
import type { Repository } from '../../git/repository.ts';
import { readLedger, type LedgerEntry } from './ledger.ts';
import { readRecords } from './read-records.ts';

/** Which release of a pinned environment came from which. */
export interface Lineage {
  /** The record of a release; undefined where its tag is gone or has none. */
  readonly recordOf: (release: string) => Promise<ReleaseRecord | undefined>;
  /** What the environment ran when a release was made: by its record, and by the ledger without one that can be believed. */
  readonly parentOf: (release: string, byLedger?: boolean) => Promise<string | undefined>;
  /** The newest move to a release that was made, whether or not it still has a tag. */
  readonly newest: () => Promise<LedgerEntry | undefined>;
  /** The newest move to a release; undefined for one that was never made. */
  readonly entryOf: (release: string) => Promise<LedgerEntry | undefined>;
}

/** How many records are read at a time. */
const chunk = 50;
/** More moves than any ledger has. It is read as a whole only where a record is missing. */
const all = 1_000_000;

/** The lineage of an environment's releases at a head of main. Each part is read once, when it is needed. */
export function lineageOf(
  repository: Repository,
  { head, environment }: { readonly head: string; readonly environment: EnvironmentConfig },
): Lineage {
  const { name } = environment;
  const records = new Map<string, ReleaseRecord | undefined>();
  let ledger: Promise<LedgerEntry[]> | undefined;

  /** The moves to releases that bitiq made, also where their tags are gone: what a person wrote by hand may never have been. */
  async function readMoves(): Promise<LedgerEntry[]> {
    ledger ??= readLedger(repository, { head, environment, limit: all });
    const moves = (await ledger).filter(({ release }) => numberIn(name, release) > 0);
    const made = new Set(moves.filter(isMade).map(({ release }) => release));
    const others = moves.filter(({ release }) => !made.has(release)).map(({ release }) => release);
    const tagged = await readRecords(repository, name, others);
    return moves.filter(({ release }) => made.has(release) || tagged.has(release));
  }
  async function recordOf(release: string): Promise<ReleaseRecord | undefined> {
    const number = numberIn(name, release);
    if (!records.has(release) && number > 0) {
      const names = Array.from(
        { length: Math.min(chunk, number) },
        (_, index) => `${name}/${number - index}`,
      );
      const found = await readRecords(repository, name, names);
      for (const each of names) records.set(each, found.get(each));
    }
    return records.get(release);
  }
  return {
    recordOf,
    parentOf: async (release, byLedger = false) => {
      const record = byLedger ? undefined : await recordOf(release);
      if (record) return record.parent;
      const moves = await readMoves();
      const made = moves.findIndex((entry) => entry.release === release && isMade(entry));
      const first = made >= 0 ? made : moves.findLastIndex((entry) => entry.release === release);
      return first < 0 ? undefined : moves[first + 1]?.release;
    },
    newest: async () => (await readMoves())[0],
    entryOf: async (release) => (await readMoves()).find((entry) => entry.release === release),
  };
}

/** The release that a pinned environment is at. */
export interface CurrentRelease {
  /** Undefined before the first release. */
  readonly release: string | undefined;
  /** Undefined where nothing tells what the release brought. */
  readonly combination: Combination | undefined;
  /** Undefined where its tag is gone or has no record. */
  readonly record: ReleaseRecord | undefined;
  /** Whether the pointer names no release, so that this is the last one that the ledger has. */
  readonly isLast: boolean;
}

/** The release that a pinned environment is at, also where its tag is gone; where the pointer names no release, the last one of the ledger. */
export async function findCurrent(
  repository: Repository,
  at: {
    readonly head: string;
    readonly environment: EnvironmentConfig;
    /** What it is to run, as Git says it. */
    readonly state: Omit<CurrentRelease, 'isLast'> & {
      readonly release: string;
      readonly fault: BitiqError | undefined;
    };
    readonly lineage?: Lineage;
  },
): Promise<CurrentRelease> {
  const { state } = at;
  if (!state.fault) return { ...state, isLast: false };
  const lineage = at.lineage ?? lineageOf(repository, at);
  const named = await lineage.entryOf(state.release);
  const entry = named ?? (await lineage.newest());
  if (entry === undefined)
    return { release: undefined, combination: new Map(), record: undefined, isLast: true };
  const record = await lineage.recordOf(entry.release);
  const combination = entry.combination ?? record?.services;
  return { release: entry.release, combination, record, isLast: named === undefined };
}

function isMade({ action }: LedgerEntry): boolean {
  return action === 'promote' || action === 'set';
}

/** The number of a release of an environment; 0 for anything else. */
export function numberIn(environment: string, release: string | undefined): number {
  const parsed = release === undefined ? undefined : parseReleaseName(release);
  return parsed?.kind === 'pinned' && parsed.environment === environment ? parsed.number : 0;
}
