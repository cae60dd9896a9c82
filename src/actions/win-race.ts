import { setTimeout as pause } from 'node:timers/promises';
import { BitiqError } from '../model/errors.ts';
import type { Repository } from '../git/repository.ts';

/** A push that moved nothing: where the ref was when it was planned, and what git said. */
export interface LostRace {
  readonly from: string | undefined;
  readonly said: string;
}

const attempts = 5;

/**
 * What `attempt` gives once its push was not lost to another writer. It gets the number of races lost so far and starts on what is
 * there then; between two there is a pause that grows. After five it fails with `race-lost`, or with `push-refused` and what git
 * said where nobody had moved the ref.
 */
export async function winRace<T>(
  repository: Repository,
  what: string,
  attempt: (races: number) => Promise<{ readonly won: T } | { readonly lost: LostRace }>,
): Promise<T> {
  const starts = new Set<string | undefined>();
  let said = '';
  for (let races = 0; races < attempts; races++) {
    if (races > 0) await pause(Math.random() * 50 * 2 ** races, undefined, { signal: repository.signal });
    const end = await attempt(races);
    if ('won' in end) return end.won;
    starts.add(end.lost.from);
    said = end.lost.said;
  }
  if (starts.size === 1) throw blocked(repository, what, said);
  throw new BitiqError({
    code: 'race-lost',
    message: `Others moved ${what} of ${repository.label} ${attempts} times while this was being written.`,
    fix: 'Try again; nothing is lost, as every attempt starts from what is there.',
  });
}

/** Nobody moved the ref, and still it could not be: what git said is all that is known. */
function blocked(repository: Repository, what: string, said: string): BitiqError {
  const stays = /\.lock/.test(said)
    ? ' A .lock that stays while no Git runs there was left by a process that was killed: remove it.'
    : '';
  return new BitiqError({
    code: 'push-refused',
    message: `The push to ${repository.label} was refused ${attempts} times, though nobody moved ${what}.\n${said}`,
    fix: `See what the remote said above.${stays}`,
  });
}
