import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import type { LoopView } from '../model/loop-view.ts';
import { readLock, takeLock } from '../process/lock.ts';
import { loopPaths } from './loop-paths.ts';

/** The loop that runs on a state folder. */
export interface LoopRecord {
  readonly pid: number;
  /** Empty until the loop listens. */
  readonly url: string;
}

/** The record of the loop that runs now; undefined when none does, also after a kill -9. */
export async function readRunningLoop(file: string): Promise<LoopRecord | undefined> {
  const owner = await readLock(file);
  return owner && recordOf(owner);
}

/** Claims the state folder for this process, or throws `loop-running`. Of two that start at once only one gets it. */
export async function claimLoop(
  file: string,
): Promise<{ publish(url: string): Promise<void>; release(): Promise<void> }> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const lock = await takeLock(file, { url: '' });
  if ('owner' in lock) throw alreadyRunning(recordOf(lock.owner));
  return { publish: (url) => lock.tell({ url }), release: lock.release };
}

function recordOf(owner: { readonly pid: number; readonly url?: unknown }): LoopRecord {
  return { pid: owner.pid, url: typeof owner.url === 'string' ? owner.url : '' };
}

function alreadyRunning({ pid, url }: LoopRecord): BitiqError {
  return new BitiqError({
    code: 'loop-running',
    message: `A loop already runs on this state, as process ${pid}${url ? ` at ${url}` : ''}.`,
    fix: 'Use that one, end it with `./bitiq down`, or start another with `--state DIR --port PORT`.',
  });
}

/** What the loop on a state folder runs now; undefined when none runs, or it does not answer. */
export async function askLoop(state: string, signal: AbortSignal): Promise<LoopView | undefined> {
  const running = await readRunningLoop(loopPaths(state).record);
  if (!running?.url) return undefined;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    const answer = await fetch(new URL('/api/view', running.url), { signal: limit });
    if (!answer.ok) return undefined;
    const view = (await answer.json()) as LoopView;
    return Array.isArray(view.environments) ? view : undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
