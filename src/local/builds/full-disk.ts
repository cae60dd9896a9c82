import { existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
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
export function logSaysFull(
  view: RunView,
  logFile: (task: string, step: string) => string | undefined,
): boolean {
  return view.tasks.some(({ task, steps }) =>
    steps.some(({ step, state }) => {
      const file = state === 'failed' ? logFile(task, step) : undefined;
      try {
        return file !== undefined && fullTexts.test(readFileSync(file, 'utf8').slice(-20_000));
      } catch {
        return false;
      }
    }),
  );
}

/** The free bytes of the disk of a folder, for who runs this; endless where the system does not tell. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Infinity;
  }
}

/** Looks at the disks of folders while a run goes on, as what it wrote is removed when it ends. */
export function watchSpace(folders: readonly string[]): {
  readonly look: () => void;
  readonly wasFull: () => boolean;
} {
  let least = Infinity;
  const look = () => {
    for (const folder of folders) least = Math.min(least, freeBytes(folder));
  };
  return { look, wasFull: () => least < nearlyNothing };
}

/** Marks a run for the next start; not where there is no room even for that, as such a run has no end on disk either. */
export function markFull(run: string): void {
  try {
    writeFileSync(join(run, markName), '', { mode: 0o600 });
  } catch {
    // The run is not over on disk, or it is marked when there is room.
  }
}

/** Whether a run failed because a disk was full. */
export function isMarkedFull(run: string): boolean {
  return existsSync(join(run, markName));
}

/** Calls back once one of the disks has clearly more room than now. Returns what ends the waiting. */
export function awaitRoom(folders: readonly string[], onRoom: () => void, everyMs = 2000): () => void {
  const before = folders.map((folder) => freeBytes(folder));
  const timer = setInterval(() => {
    const hasMore = folders.some((folder, index) => {
      const free = freeBytes(folder);
      return free - before[index]! >= stepOf(folder) && free > nearlyNothing;
    });
    if (!hasMore) return;
    clearInterval(timer);
    onRoom();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Room that makes another try worth it: 64 MiB, on a small disk an eighth of it. */
function stepOf(folder: string): number {
  try {
    const { blocks, bsize } = statfsSync(folder);
    return Math.min(64 * 1024 * 1024, (blocks * bsize) / 8);
  } catch {
    return Infinity;
  }
}
