import type { EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { lineageOf, numberIn, type Lineage } from '../read/lineage.ts';
import { describeLost } from '../read/lost-release.ts';
import { readNamedReleases } from '../read/named-releases.ts';
import { requireUnmoved, type BoundTag } from '../read/recorded-tags.ts';
import { isUnreleased } from '../read/read-state.ts';

/** What binds a release to its content, or why nothing does. */
export type Bound = { readonly bound?: BoundTag; readonly moved?: BitiqError };

/** A release that a rollback cannot go to. */
export interface PassedRelease {
  readonly release: string;
  /** Whether it is the one that is left, and not one on the way. */
  readonly isLeft: boolean;
  /** Undefined where its tag is gone. */
  readonly moved: BitiqError | undefined;
}

/** Where a rollback without a target goes: undefined where no release that ran before has its tag. */
export interface WayBack {
  readonly to: string | undefined;
  readonly passed: readonly PassedRelease[];
}

/** Walks from the release that an environment is at to its parents. `isLeft` is false where the pointer names no release, so that the last one of the ledger is the first to go to. */
export async function findWayBack(at: {
  readonly lineage: Lineage;
  readonly current: string;
  readonly isLeft: boolean;
  readonly boundOf: (release: string) => Promise<Bound>;
}): Promise<WayBack> {
  const { lineage, boundOf } = at;
  const passed: PassedRelease[] = [];
  const seen = new Set<string>();
  let { isLeft } = at;
  // The parent, and not the last pointer: going back twice must not bring back what was left the first time.
  for (let to: string | undefined = at.current; to !== undefined && !seen.has(to); isLeft = false) {
    seen.add(to);
    const { moved } = await boundOf(to);
    const isGone = (await lineage.recordOf(to)) === undefined;
    if (!isLeft && !isGone && !moved) return { to, passed };
    if (moved || !isLeft) passed.push({ release: to, isLeft, moved });
    // The record in a tag that was moved is not that of the release.
    to = await lineage.parentOf(to, moved !== undefined);
  }
  return { to: undefined, passed };
}

/** The error that nothing that ran before has a tag that can be believed: each release, with the way to bring it back. */
export async function noneLeft(
  repository: Repository,
  at: {
    readonly head: string;
    readonly environment: string;
    readonly from: string;
    readonly passed: readonly PassedRelease[];
  },
): Promise<BitiqError> {
  const named = await readNamedReleases(repository, at);
  const told = at.passed.map(({ release, moved }) => {
    const { moves = [], left } = named.get(numberIn(at.environment, release)) ?? {};
    const lost = describeLost(repository, { environment: at.environment, release, moves, left });
    return moved ?? lost ?? { message: `The tag ${release} is gone.`, fix: '' };
  });
  return new BitiqError({
    code: 'action-denied',
    message: `${at.environment} points at ${at.from}, and no release that it ran before can be used. ${told.map(({ message }) => message).join(' ')}`,
    fix: told.map(({ fix }) => fix).join(' '),
  });
}

/** Looks a release up once, whether its tag was moved. */
export function boundReader(
  repository: Repository,
  at: { readonly head: string; readonly environment: string },
): (release: string) => Promise<Bound> {
  const asked = new Map<string, Promise<Bound>>();
  return (release) => {
    if (!asked.has(release)) asked.set(release, lookForMove(repository, { ...at, release }));
    return asked.get(release)!;
  };
}

async function lookForMove(repository: Repository, at: Parameters<typeof requireUnmoved>[1]): Promise<Bound> {
  try {
    return { bound: await requireUnmoved(repository, at) };
  } catch (error) {
    if (error instanceof BitiqError && error.code === 'release-tag-moved') return { moved: error };
    throw error;
  }
}

/** Where a rollback goes from a pointer that leads nowhere. */
export async function findWayFrom(
  repository: Repository,
  at: { readonly head: string; readonly environment: EnvironmentConfig; readonly pointer: string },
): Promise<string | undefined> {
  const lineage = lineageOf(repository, at);
  const named = await lineage.entryOf(at.pointer);
  const current = (named ?? (await lineage.newest()))?.release;
  const { name } = at.environment;
  if (current === undefined || isUnreleased(name, current)) return undefined;
  const boundOf = boundReader(repository, { head: at.head, environment: name });
  const isLeft = current === at.pointer;
  return (await findWayBack({ lineage, current, isLeft, boundOf })).to;
}
