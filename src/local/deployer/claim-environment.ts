import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { startTimeOf } from '../../process/process-tree.ts';

/** Makes this process the one that runs an environment, until the returned function is called or the process ends. */
export async function claimEnvironment(directory: string, environment: string): Promise<() => Promise<void>> {
  const file = join(directory, 'owner.json');
  const owner = await readOwner(file);
  if (owner !== undefined && (await startTimeOf(owner.pid)) === owner.startTime) {
    throw new BitiqError({
      code: 'loop-running',
      message: `${environment} is run by process ${owner.pid} already, from ${directory}.`,
      fix: 'End that one first: Ctrl-C where it runs, or `bitiq down`.',
    });
  }
  const own = { pid: process.pid, startTime: await startTimeOf(process.pid) };
  await writeFile(`${file}.partial`, `${JSON.stringify(own)}\n`);
  await rename(`${file}.partial`, file);
  return () => rm(file, { force: true });
}

async function readOwner(file: string): Promise<{ pid: number; startTime: string } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { pid: number; startTime: string };
  } catch {
    return undefined;
  }
}
