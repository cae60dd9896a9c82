import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { endGroup, startTimeOf } from '../../process/process-tree.ts';
import { listIfThere, readJsonIfThere } from '../../process/read-if-there.ts';

/** A process that was started here, named so that it is never mistaken for another one. */
export interface InstanceRecord {
  readonly service: string;
  readonly tag: string;
  readonly pid: number;
  readonly startTime: string;
}

/** Writes the record of an instance; it is on disk, whole, when this resolves. */
export async function recordInstance(directory: string, record: InstanceRecord): Promise<void> {
  await replaceFile(join(directory, `${record.pid}.json`), `${JSON.stringify(record)}\n`);
}

/** Removes the record of an instance that has ended. */
export async function forgetInstance(directory: string, pid: number): Promise<void> {
  await rm(join(directory, `${pid}.json`), { force: true });
}

/** Ends every recorded process that still runs (same id and same start time) and removes all records; gives those it ended. */
export async function endLeftovers(directory: string, graceMs: number): Promise<InstanceRecord[]> {
  const names = await listIfThere(directory);
  const ended = await Promise.all(names.map((name) => endLeftover(join(directory, name), graceMs)));
  return ended.flatMap((record) => record ?? []);
}

async function endLeftover(file: string, graceMs: number): Promise<InstanceRecord | undefined> {
  const record = ownRecord(await readJsonIfThere(file));
  const ours = record !== undefined && (await startTimeOf(record.pid)) === record.startTime;
  if (ours) await endGroup(record.pid, graceMs);
  await rm(file, { force: true });
  return ours ? record : undefined;
}

/** A half-written record counts as none: its process was never told to start. */
function ownRecord(found: unknown): InstanceRecord | undefined {
  const record = found as InstanceRecord | null | undefined;
  return Number.isInteger(record?.pid) && record!.pid > 1 && typeof record?.startTime === 'string'
    ? record
    : undefined;
}
