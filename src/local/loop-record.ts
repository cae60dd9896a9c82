import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { startTimeOf } from '../process/process-tree.ts';

/** The loop that runs on a state folder. */
export interface LoopRecord {
  readonly pid: number;
  /** Together with the pid it names one process for ever. */
  readonly started: string;
  readonly url: string;
}

/** The record of the loop that runs now; undefined when none does, also after a kill -9. */
export async function readRunningLoop(file: string): Promise<LoopRecord | undefined> {
  const record = await readFile(file, 'utf8').then(parseRecord, () => undefined);
  if (record === undefined) return undefined;
  return (await startTimeOf(record.pid)) === record.started ? record : undefined;
}

/** Claims the state folder for this process, or throws `loop-running`. Of two that start at once only one gets it. */
export async function claimLoop(
  file: string,
): Promise<{ publish(url: string): Promise<void>; release(): Promise<void> }> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const started = (await startTimeOf(process.pid)) ?? '';
  const mine = (url: string): string =>
    JSON.stringify({ pid: process.pid, started, url } satisfies LoopRecord);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, mine(''));
  try {
    await claim(file, draft);
  } finally {
    await rm(draft, { force: true });
  }
  return {
    publish: async (url) => {
      await writeFile(draft, mine(url));
      await rename(draft, file);
    },
    release: () => rm(file, { force: true }),
  };
}

async function claim(file: string, draft: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await link(draft, file); // fails when the file is there, unlike a rename
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const running = await readRunningLoop(file);
    if (running) throw alreadyRunning(running);
    await removeStale(file, `${draft}.stale`);
  }
  throw alreadyRunning(undefined);
}

/** Removes the record of a loop that runs no more; one that another process put in its place meanwhile is put back. */
async function removeStale(file: string, aside: string): Promise<void> {
  await rename(file, aside).catch(ignoreMissing);
  if ((await readRunningLoop(aside)) !== undefined) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function parseRecord(text: string): LoopRecord | undefined {
  try {
    const data = JSON.parse(text) as Partial<LoopRecord>;
    return typeof data.pid === 'number' && typeof data.started === 'string'
      ? { pid: data.pid, started: data.started, url: data.url ?? '' }
      : undefined;
  } catch {
    return undefined;
  }
}

function alreadyRunning(running: LoopRecord | undefined): BitiqError {
  const where =
    running === undefined ? '' : ` as process ${running.pid}${running.url ? ` at ${running.url}` : ''}`;
  return new BitiqError({
    code: 'loop-running',
    message: `A loop runs on this state already${where}.`,
    fix: 'Use that one, end it with `./bitiq down`, or start another with `--state DIR --port PORT`.',
  });
}
