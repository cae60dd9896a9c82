import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { takeLock } from '../../process/lock.ts';

/** Makes this process the one that runs an environment, until the returned function is called or the process ends. */
export async function claimEnvironment(directory: string, environment: string): Promise<() => Promise<void>> {
  const lock = await takeLock(join(directory, 'owner.json'));
  if (!('owner' in lock)) return lock.release;
  throw new BitiqError({
    code: 'loop-running',
    message: `Process ${lock.owner.pid} already runs ${environment}, from ${directory}.`,
    fix: 'End that one first: Ctrl-C where it runs, or `bitiq down`.',
  });
}
