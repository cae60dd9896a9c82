import { BitiqError } from '../model/errors.ts';
import type { Repository } from '../git/repository.ts';

const attempts = 5;

/**
 * What `attempt` gives once its push was not lost to another writer (undefined says that it was). It gets the number of races lost so
 * far and starts on what is there then; between two there is a pause that grows. After five it fails with `race-lost`.
 */
export async function winRace<T>(
  repository: Repository,
  what: string,
  attempt: (races: number) => Promise<T | undefined>,
): Promise<T> {
  for (let races = 0; races < attempts; races++) {
    if (races > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * 2 ** races));
    const won = await attempt(races);
    if (won !== undefined) return won;
  }
  throw new BitiqError({
    code: 'race-lost',
    message: `Others moved ${what} of ${repository.label} ${attempts} times while this was being written.`,
    fix: 'Try again; nothing is lost, as every attempt starts from what is there.',
  });
}
