import type { TagChange } from './combination-diff.ts';
import { findFlap, type Move } from './flap.ts';
import { parseReleaseName } from './release.ts';

/** A move of an environment with the release that it brought. */
export interface ReleaseMove extends Move {
  readonly release: string;
  /** ISO 8601. */
  readonly date: string;
  readonly reason: string | undefined;
}

/** A rollback that a change would undo: what it left, and which services would come back. */
export interface TakenBack {
  readonly rollback: ReleaseMove;
  /** The release that the rollback left; undefined where the moves do not reach back that far. */
  readonly left: string | undefined;
  /** The changes that bring a version back; empty where only the chart comes back. */
  readonly changes: readonly TagChange[];
}

/**
 * The rollbacks that these changes would undo, the newest first: those that were the last to take a service from the version that
 * it would get. A version that was left by another move since is free. The moves are the newest first. With the action `edit`, the same of moves by hand.
 */
export function findTakenBack(
  moves: readonly ReleaseMove[],
  changes: readonly TagChange[],
  action: 'rollback' | 'edit' = 'rollback',
): TakenBack[] {
  const found = new Map<ReleaseMove, TagChange[]>();
  for (const change of changes) {
    const left = change.to === undefined ? undefined : findFlap(moves, change.service, change.to)?.left;
    if (left?.action !== action) continue;
    const rollback = left as ReleaseMove;
    found.set(rollback, [...(found.get(rollback) ?? []), change]);
  }
  return moves.flatMap((rollback, index) => {
    const back = found.get(rollback);
    const left = moves[index + 1]?.release;
    return back && goesBack(left, rollback.release) ? [{ rollback, left, changes: back }] : [];
  });
}

/** The releases that rollbacks left and that were not brought into use since, the newest first. */
export function findLeftReleases(moves: readonly ReleaseMove[]): TakenBack[] {
  return moves.flatMap((rollback, index) => {
    const left = moves[index + 1]?.release;
    if (rollback.action !== 'rollback' || left === undefined || !goesBack(left, rollback.release)) return [];
    if (moves.slice(0, index).some((move) => move.release === left)) return [];
    return [{ rollback, left, changes: [] }];
  });
}

/** A rollback may also go forward again, with --to: that takes nothing back. */
function goesBack(from: string | undefined, to: string): boolean {
  const [a, b] = [from, to].map((release) => parseReleaseName(release ?? ''));
  return a?.kind !== 'pinned' || b?.kind !== 'pinned' || a.number > b.number;
}
