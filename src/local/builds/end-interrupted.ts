import { readdir, readFile } from 'node:fs/promises';
import { endGroup } from '../../process/process-tree.ts';
import { writeRecord, type RunRecord } from '../../tekton/index.ts';
import { removeFolder } from '../../process/remove-folder.ts';

/** The variable that tells every process of a run which run it belongs to, also after the loop that started it is gone. */
export const runVariable = 'BITIQ_RUN';

/**
 * Ends what is left of a run whose loop was killed: its steps' processes, its work folder, and its state on disk. A run without a
 * readable record may have processes, too.
 */
export async function endInterrupted(
  directory: string,
  work: string,
  record: RunRecord | undefined,
): Promise<void> {
  if (process.platform === 'linux') await killMarked(`${runVariable}=${directory}`);
  else await Promise.all((record?.processGroups ?? []).map((group) => endGroup(group, 200)));
  await removeFolder(work);
  if (record !== undefined)
    await writeRecord(directory, { ...record, state: 'interrupted', processGroups: [] });
}

/** Kills the processes that carry an entry in their environment: exactly ours, whatever became of their ids and groups. */
async function killMarked(entry: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
      if (environment.includes(entry)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended meanwhile, or belongs to someone else.
    }
  }
}
