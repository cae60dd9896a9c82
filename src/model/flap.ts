import type { TagChange } from './combination-diff.ts';

/** One move of an environment, as its ledger tells it. */
export interface Move {
  readonly commit: string;
  readonly by: string;
  readonly action: string;
  readonly changes: readonly TagChange[] | undefined;
}

/** The evidence that a tag would come back: the move that took a service from it, and the one that had brought it. */
export interface Flap {
  readonly left: Move;
  readonly came: Move | undefined;
}

/** The flap that writing this tag would make: the newest of these moves (newest first) that took the service from it. */
export function findFlap(moves: readonly Move[], service: string, tag: string): Flap | undefined {
  const changeOf = (move: Move) => move.changes?.find((change) => change.service === service);
  const index = moves.findIndex((move) => changeOf(move)?.from === tag);
  if (index < 0) return undefined;
  const came = moves.slice(index + 1).find((move) => changeOf(move)?.to === tag);
  return { left: moves[index]!, came };
}
