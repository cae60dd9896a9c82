import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../../model/errors.ts';
import { readHead } from './read-head.ts';

/** Milliseconds for which a Git that a killed loop left may still write. */
const patience = 10_000;

/**
 * Gives a remote its `main` by `write`, unless it has one; undefined when it is there already. A loop that was killed while it did so
 * leaves a Git that goes on to the end by itself, so `main` may come, or be locked, while this one writes.
 */
export async function seedOnce<T>(gitDir: string, write: () => Promise<T>): Promise<T | undefined> {
  const end = performance.now() + patience;
  for (;;) {
    if ((await readHead(gitDir)) !== undefined) return undefined;
    try {
      return await write();
    } catch (error) {
      if (!/cannot lock ref|reference already exists|\.lock\b/.test(messageOf(error))) throw error;
      if (performance.now() > end && (await readHead(gitDir)) === undefined) throw error;
      await wait(100);
    }
  }
}
