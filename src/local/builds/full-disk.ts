import { access, readFile, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunView } from '../../model/loop-view.ts';

/** Marks the folder of a run that failed because a disk was full, also after the next start. */
const markName = 'disk-full';

/** Bytes below which a disk is full: what a record, a log or an object of Git needs. */
const nearlyNothing = 256 * 1024;

/** Whether an error, or what caused it, is that a disk or a share of one is full. */
export function saysFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || fullTexts.test(error.message) || saysFull(error.cause);
}

const fullTexts = /\b(?:ENOSPC|EDQUOT)\b|No space left on device|Disk quota exceeded/;

/** Whether the log of a failed step says so; a step may have made room again before it ended. */
export async function logSaysFull(
  view: RunView,
  logFile: (task: string, step: string) => string | undefined,
): Promise<boolean> {
  for (const { task, steps } of view.tasks) {
    for (const { step } of steps.filter(({ state }) => state === 'failed')) {
      const file = logFile(task, step);
      const text = file === undefined ? '' : await readFile(file, 'utf8').catch(() => '');
      if (fullTexts.test(text.slice(-20_000))) return true;
    }
  }
  return false;
}

/** The free bytes of the disk of a folder, for who runs this; endless where the system does not tell. */
function freeBytes(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
}

/** Looks at the disks of folders while a run goes on, as what it wrote is removed when it ends. */
export function watchSpace(folders: readonly string[]): {
  readonly look: () => void;
  readonly wasFull: () => Promise<boolean>;
} {
  let least = Infinity;
  const looks = new Set<Promise<void>>();
  const look = () => {
    const looking = Promise.all(folders.map(freeBytes)).then((free) => {
      least = Math.min(least, ...free);
      looks.delete(looking);
    });
    looks.add(looking);
  };
  const wasFull = async () => {
    await Promise.all(looks);
    return least < nearlyNothing;
  };
  return { look, wasFull };
}

/** Marks a run for the next start; not where there is no room even for that, as such a run has no end on disk either. */
export async function markFull(run: string): Promise<void> {
  // Else the run is not over on disk, or it is marked when there is room.
  await writeFile(join(run, markName), '', { mode: 0o600 }).catch(() => {});
}

/** Whether a run failed because a disk was full. */
export function isMarkedFull(run: string): Promise<boolean> {
  return access(join(run, markName)).then(
    () => true,
    () => false,
  );
}

/** Calls back once one of the disks has clearly more room than now. Returns what ends the waiting. */
export function awaitRoom(folders: readonly string[], onRoom: () => void, everyMs = 2000): () => void {
  const atFirst = Promise.all(folders.map(freeBytes));
  let isOver = false;
  const look = async () => {
    const before = await atFirst;
    const now = await Promise.all(folders.map(freeBytes));
    const steps = await Promise.all(folders.map(stepOf));
    const hasMore = now.some((free, index) => free - before[index]! >= steps[index]! && free > nearlyNothing);
    if (!hasMore || isOver) return;
    end();
    onRoom();
  };
  const timer = setInterval(() => void look(), everyMs);
  const end = () => {
    isOver = true;
    clearInterval(timer);
  };
  return end;
}

/** Room that makes another try worth it: 64 MiB, on a small disk an eighth of it. */
function stepOf(folder: string): Promise<number> {
  return statfs(folder).then(
    ({ blocks, bsize }) => Math.min(64 * 1024 * 1024, (blocks * bsize) / 8),
    () => Infinity,
  );
}
