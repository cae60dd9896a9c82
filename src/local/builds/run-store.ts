import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a run was started for: enough to start it again. */
export interface RunRequest {
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly service: string;
  /** The full sha of the service's commit. */
  readonly revision: string;
  readonly subject?: string | undefined;
  /** The PipelineRun as the TriggerTemplate made it. */
  readonly resource: unknown;
  /** The commit of the GitOps repository whose pipelines/ it runs. */
  readonly pipelines: string;
}

/** Runs that are kept on disk, newest; older ones are removed. */
const kept = 50;

/** Writes a request before its run starts, whole or not at all. */
export async function writeRequest(directory: string, request: RunRequest): Promise<void> {
  const folder = join(directory, request.name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'request.json');
  await writeFile(`${file}.new`, JSON.stringify(request, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** All requests on disk, newest first; folders that are none, or half written, are passed over. */
export async function readRequests(directory: string): Promise<RunRequest[]> {
  const names = await readdir(directory).catch(() => []);
  const requests = await Promise.all(
    names.map(async (name) => {
      try {
        return [JSON.parse(await readFile(join(directory, name, 'request.json'), 'utf8')) as RunRequest];
      } catch {
        return [];
      }
    }),
  );
  return requests.flat().sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
}

/** Removes all but the newest runs, and folders that hold no request. */
export async function forgetOldRuns(directory: string): Promise<void> {
  const keep = new Set((await readRequests(directory)).slice(0, kept).map((request) => request.name));
  const names = await readdir(directory).catch(() => []);
  await Promise.all(
    names
      .filter((name) => !keep.has(name))
      .map((name) => rm(join(directory, name), { recursive: true, force: true })),
  );
}
