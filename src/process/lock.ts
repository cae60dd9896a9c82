import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFile, replaceFile } from './atomic-write.ts';
import { startTimeOf } from './process-tree.ts';
import { readIfThere } from './read-if-there.ts';

/** The process that holds a lock: its id and its start, which together never name another one; beside them what else it told. */
export interface LockOwner {
  readonly pid: number;
  readonly started: string;
  readonly [more: string]: unknown;
}

/** A lock that this process holds. */
export interface Lock {
  /** Puts more into the lock file, for those who read it. */
  tell(more: object): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes this process the owner of a lock file, or gives the one that is, with what else the file contains. The lock of a process that
 * has ended, even by kill -9, is taken over; of several that do so at once, one succeeds.
 */
export async function takeLock(
  file: string,
  more: object = {},
): Promise<Lock | { readonly owner: LockOwner }> {
  const own = { pid: process.pid, started: (await startTimeOf(process.pid)) ?? '' };
  const print = (extra: object): string => `${JSON.stringify({ ...own, ...extra })}\n`;
  const options = { mode: 0o600, flush: false };
  for (;;) {
    if (await createFile(file, print(more), options)) break;
    const text = await readIfThere(file);
    const owner = text === undefined ? undefined : await runningOwner(text);
    if (owner !== undefined) return { owner };
    if (text !== undefined && !(await dropLock(file, text))) await sleep(10);
  }
  return {
    tell: (extra) => replaceFile(file, print(extra), options),
    release: () => rm(file, { force: true }),
  };
}

/** The running owner of a lock; undefined where nothing holds it. */
export async function readLock(file: string): Promise<LockOwner | undefined> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : runningOwner(text);
}

/**
 * Runs `work` while no other process holds the lock. `waiting` is told of the one that does, at once and then every `tellMs`
 * milliseconds, with the milliseconds waited so far.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: (holder: number, waitedMs: number) => void = () => {},
  tellMs = 15_000,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const began = performance.now();
  let told = -tellMs;
  for (;;) {
    const lock = await takeLock(file);
    if (!('owner' in lock)) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    const waited = performance.now() - began;
    if (waited - told >= tellMs) {
      waiting(lock.owner.pid, waited);
      told = waited;
    }
    await sleep(Math.min(200, tellMs));
  }
}

/**
 * Removes the lock of a process that has ended; false when another process is about to. Only who holds the right to remove exactly this
 * content may do so, so a lock that was taken meanwhile is never removed.
 */
async function dropLock(file: string, text: string): Promise<boolean> {
  const right = await takeLock(`${file}.${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
  if ('owner' in right) return false;
  try {
    if ((await readIfThere(file)) === text) await rm(file, { force: true });
    return true;
  } finally {
    await right.release();
  }
}

/** A content that names no process was cut off by a power cut: its process does not run. */
async function runningOwner(text: string): Promise<LockOwner | undefined> {
  let owner: Partial<LockOwner>;
  try {
    owner = JSON.parse(text) as Partial<LockOwner>;
  } catch {
    return undefined;
  }
  const { pid, started } = owner ?? {};
  if (!Number.isInteger(pid) || typeof started !== 'string') return undefined;
  return (await startTimeOf(pid!)) === started ? { ...owner, pid: pid!, started } : undefined;
}
