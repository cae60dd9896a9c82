import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { listIfThere, readJsonIfThere } from '../../process/read-if-there.ts';
import { removeFolder } from '../../process/remove-folder.ts';
import { readRecord, type RunRecord } from '../../tekton/index.ts';
import type { RunRequest } from './run-request.ts';
import { nextTry, runsToStartAnew } from './start-anew.ts';

/** Runs that are kept on disk, newest; older ones are removed unless they are to be started again. */
const kept = 50;

/** Writes a request before its run starts, whole or not at all. */
export async function writeRequest(directory: string, request: RunRequest): Promise<void> {
  const folder = join(directory, request.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await replaceFile(join(folder, 'request.json'), JSON.stringify(request, null, 2), { mode: 0o600 });
}

/** All requests on disk, newest first; folders without a whole request are skipped. */
export async function readRequests(directory: string): Promise<RunRequest[]> {
  const names = await listIfThere(directory);
  const requests = await Promise.all(
    names.map(async (name) =>
      parseRequest(name, await readJsonIfThere(join(directory, name, 'request.json'))),
    ),
  );
  return requests.flat().sort(newestFirst);
}

function parseRequest(name: string, found: unknown): RunRequest[] {
  const request = found as Partial<RunRequest> | null | undefined;
  const texts = [request?.created, request?.service, request?.revision, request?.pipelines];
  return request?.name === name && texts.every((each) => typeof each === 'string')
    ? [request as RunRequest]
    : [];
}

/** Tries of one run were requested at the same time; the later one has the greater number. */
function newestFirst(a: RunRequest, b: RunRequest): number {
  if (a.created !== b.created) return a.created < b.created ? 1 : -1;
  return b.name.localeCompare(a.name, 'en', { numeric: true });
}

/**
 * The record of a run; undefined when it has none, or one that a power cut left half written: such a run is tried again. A record that
 * cannot be read is an error, as its run may have ended well.
 */
export async function readRunRecord(directory: string, request: RunRequest): Promise<RunRecord | undefined> {
  const record = await readRecord(join(directory, request.name));
  return record === 'broken' ? undefined : record;
}

/** Removes all but the newest runs and those that are to be started again, folders without a request, and the work folders of the runs that are kept. */
export async function forgetOldRuns(directory: string): Promise<void> {
  const requests = await readRequests(directory);
  const found = await Promise.all(
    requests.map(async (request) => ({ request, state: (await readRunRecord(directory, request))?.state })),
  );
  const restarted = new Set(runsToStartAnew(found).map((request) => request.name));
  const isKept = ({ name }: RunRequest, index: number) => index < kept || restarted.has(nextTry(name));
  const keep = new Set(requests.filter(isKept).map((request) => request.name));
  const names = await listIfThere(directory);
  await Promise.all(
    names.map((name) => {
      const path = keep.has(name) ? join(directory, name, 'work') : join(directory, name);
      return removeFolder(path);
    }),
  );
}
