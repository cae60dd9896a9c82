import { setTimeout as pause } from 'node:timers/promises';
import { BitiqError } from '../../model/errors.ts';
import { printLimit } from '../../git/patience.ts';
import type { Repository } from '../../git/repository.ts';

/** A push that moved nothing: where the ref was when it was planned, and what git said. */
export interface LostRace {
  readonly from: string | undefined;
  readonly said: string;
}

const attempts = 5;

/**
 * What `attempt` gives once its push was not lost to another writer. It gets the number of races lost so far and starts on what is
 * there then; between two there is a pause that grows. After five, or the time that a push may take, it fails with `push-conflict`, or
 * with `push-denied` and what git said where no one had moved the ref.
 */
export async function winRace<T>(
  repository: Repository,
  what: string,
  attempt: (races: number) => Promise<{ readonly won: T } | { readonly lost: LostRace }>,
): Promise<T> {
  const starts = new Set<string | undefined>();
  let said = '';
  const until = performance.now() + repository.patience.pushMs;
  let races = 0;
  while (races < attempts && performance.now() < until) {
    if (races > 0) await pause(Math.random() * 50 * 2 ** races, undefined, { signal: repository.signal });
    const end = await attempt(races);
    if ('won' in end) return end.won;
    starts.add(end.lost.from);
    said = end.lost.said;
    races++;
  }
  if (starts.size === 1) throw blocked(repository, { what, said, races });
  if (races < attempts) throw lostFor(repository, what, races);
  throw new BitiqError({
    code: 'push-conflict',
    message: `Others moved ${what} of ${repository.label} ${attempts} times during the write.`,
    fix: 'Try again; nothing is lost, because every attempt starts from the current state.',
  });
}

function lostFor(repository: Repository, what: string, races: number): BitiqError {
  return new BitiqError({
    code: 'push-conflict',
    message: `In the ${printLimit(repository)} that a push may take, ${what} of ${repository.label} was moved by others each time, ${races} in all.`,
    fix: 'Try again; BITIQ_PUSH_TIMEOUT=900 gives it 15 minutes.',
  });
}

/** No one moved the ref, and still it could not be: what git said is all that is known. */
function blocked(
  repository: Repository,
  { what, said, races }: { readonly what: string; readonly said: string; readonly races: number },
): BitiqError {
  const stays = /\.lock/.test(said)
    ? ' A .lock that stays while no Git runs there was left by a process that was killed: remove it.'
    : '';
  return new BitiqError({
    code: 'push-denied',
    message: `The push to ${repository.label} was refused ${races} time${races === 1 ? '' : 's'}, although ${what} had not moved.\n${said}`,
    fix: `See what the remote said above.${stays}`,
  });
}
