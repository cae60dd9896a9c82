import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { startTimeOf } from '../../process/process-tree.ts';
import { readRecord, type RunRecord, writeRecord } from '../../tekton/index.ts';
import { removeFolder } from '../../process/remove-folder.ts';

/** A run whose process was killed. */
export interface KilledRun {
  readonly name: string;
  readonly directory: string;
  /** The steps that ran then, each as `task/step`. */
  readonly doing: readonly string[];
}

/**
 * Finds the runs of a folder that claim to run and whose process is no more, marks their records as interrupted and removes
 * what they worked on, so that each is told once. Runs that were requested from the loop are its own to take up again.
 */
export async function endKilledRuns(runs: string): Promise<KilledRun[]> {
  const killed: KilledRun[] = [];
  for (const name of existsSync(runs) ? readdirSync(runs) : []) {
    const directory = join(runs, name);
    if (!claimsToRun(join(directory, 'run.json')) || existsSync(join(directory, 'request.json'))) continue;
    const record = await readRecord(directory);
    if (record === undefined || record === 'broken' || (await isAlive(record))) continue;
    await removeFolder(join(directory, 'work'));
    const doing = doingOf(record);
    await writeRecord(directory, { ...record, state: 'interrupted', wasDoing: doing, processGroups: [] });
    killed.push({ name: record.pipelineRun.metadata.name, directory, doing });
  }
  return killed;
}

/** Whether a record starts as one of a run that goes on does: most do not, and are not read whole. */
function claimsToRun(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const start = Buffer.alloc(100);
      readSync(descriptor, start);
      return /"state": "running"/.test(start.toString());
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

async function isAlive({ pid, processStart }: RunRecord): Promise<boolean> {
  const start = await startTimeOf(pid);
  return start !== undefined && (processStart === undefined || start === processStart);
}

function doingOf({ wasDoing, taskRuns }: RunRecord): readonly string[] {
  return (
    wasDoing ??
    taskRuns.flatMap(({ metadata, status }) => {
      const task = metadata.labels['tekton.dev/pipelineTask'] ?? metadata.name;
      return status.steps.flatMap(({ name, running }) => (running ? [`${task}/${name}`] : []));
    })
  );
}
