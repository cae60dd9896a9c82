import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const oldestMs = 30 * 60 * 1000;

/**
 * Runs `work` while no other process holds the lock file; the lock of a process that has died is taken over. `waiting` is told of
 * the process that holds it, at once and every 15 seconds (`tellMs`), with the milliseconds waited so far.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  waiting: (holder: string, waitedMs: number) => void = () => {},
  tellMs = 15_000,
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const began = Date.now();
  let told = -tellMs;
  while (!(await take(file))) {
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (await isAbandoned(file, holder)) {
      await rm(file, { force: true });
      continue;
    }
    const waited = Date.now() - began;
    if (waited - told >= tellMs) {
      waiting(holder, waited);
      told = waited;
    }
    await sleep(Math.min(200, tellMs));
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string, holder: string): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  if (!info) return false;
  const age = Date.now() - info.mtimeMs;
  if (holder === '') return age > 5000; // written in two steps: an empty one may be in the making
  return age > oldestMs || !isAlive(Number(holder));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
