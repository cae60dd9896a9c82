import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFileSync } from '../../process/atomic-write.ts';
import type { PipelineRunObject, TaskRun } from './status.ts';

/** The state of a run as one word. */
export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

/** A task as the plan has it, so that a page can show what still waits. */
export interface RecordedTask {
  readonly name: string;
  readonly isFinally: boolean;
  readonly steps: readonly { readonly name: string; readonly image?: string | undefined }[];
}

/** All that is known of a run, in `run.json` of its folder; every text is masked. */
export interface RunRecord {
  readonly version: 1;
  readonly state: RunState;
  /** The process that executes the run. */
  readonly pid: number;
  /** When that process started, as `startTimeOf` tells it. */
  readonly processStart?: string | undefined;
  /** What it did when it was ended early: steps that ran, each as `task/step`. */
  readonly wasDoing?: readonly string[] | undefined;
  /** Process groups of the steps that run now. */
  readonly processGroups: readonly number[];
  readonly tasks: readonly RecordedTask[];
  readonly pipelineRun: PipelineRunObject;
  readonly taskRuns: readonly TaskRun[];
  /** What differs from a cluster. */
  readonly differences: readonly string[];
}

/** Writes the record whole or not at all. */
export function writeRecord(directory: string, record: RunRecord): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  replaceFileSync(join(directory, 'run.json'), `${JSON.stringify(record, undefined, 2)}\n`, 0o600);
}

/** The record of a run; undefined when the folder has none. */
export function readRecord(directory: string): RunRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as RunRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
