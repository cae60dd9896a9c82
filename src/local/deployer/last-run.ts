import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';
import { readJsonIfThere } from '../../process/read-if-there.ts';
import type { Peer, Workload } from './rendering.ts';

/** Which state of Git was rendered. */
export interface Target {
  readonly release: string;
  readonly revision: string;
  readonly manifestDigest: string;
  readonly releaseId?: string | undefined;
}

/** What an environment ran when it last changed: enough to run exactly that again. */
export interface LastRun {
  /** The state that was reached; absent before the first. */
  readonly reached?: Target | undefined;
  /** Whether the workloads are all of those of `reached`. A part of a state is brought back, and never taken for that state. */
  readonly isWhole?: boolean | undefined;
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
}

/** Reads `<directory>/current.json`; undefined when nothing ran here, or a power cut left a part of the file. */
export async function readLastRun(directory: string): Promise<LastRun | undefined> {
  const found = (await readJsonIfThere(join(directory, 'current.json'))) as LastRun | null | undefined;
  return Array.isArray(found?.workloads) && Array.isArray(found.peers) ? found : undefined;
}

/** Replaces `<directory>/current.json` as a whole; only its owner can read it. */
export async function writeLastRun(directory: string, lastRun: LastRun): Promise<void> {
  await replaceFile(join(directory, 'current.json'), `${JSON.stringify(lastRun)}\n`, { mode: 0o600 });
}
