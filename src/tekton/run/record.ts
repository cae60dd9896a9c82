import { mkdirSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, replaceFileSync } from '../../process/atomic-write.ts';
import type { PipelineRunObject, TaskRun } from './status.ts';

const states = ['running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;

/** The state of a run as one word. */
export type RunState = (typeof states)[number];

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
export async function writeRecord(directory: string, record: RunRecord): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await replaceFile(join(directory, 'run.json'), print(record), { mode: 0o600, flush: false });
}

/** The same without waiting for anything, for a process that ends. */
export function writeLastRecord(directory: string, record: RunRecord): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  replaceFileSync(join(directory, 'run.json'), print(record), 0o600);
}

function print(record: RunRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/**
 * The record of a run; undefined when the folder has none, `broken` for a file that does not hold one, such as one that a power cut
 * left half written. A file that is there and cannot be read is an error.
 */
export async function readRecord(directory: string): Promise<RunRecord | 'broken' | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, 'run.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const record: unknown = JSON.parse(text);
    return isRecord(record) ? record : 'broken';
  } catch {
    return 'broken';
  }
}

/** Whether a value has what readers of a record rely on, whichever version of bitiq wrote it. */
function isRecord(value: unknown): value is RunRecord {
  const record = fieldsOf(value);
  const run = fieldsOf(record['pipelineRun']);
  const status = fieldsOf(run['status']);
  return (
    states.some((state) => state === record['state']) &&
    typeof record['pid'] === 'number' &&
    isListOf(record['processGroups'], (group) => typeof group === 'number') &&
    isListOf(record['tasks'], (task) => isNamed(task) && isListOf(fieldsOf(task)['steps'], isNamed)) &&
    isNamed(run['metadata']) &&
    typeof status['startTime'] === 'string' &&
    isListOf(status['conditions']) &&
    isListOf(status['childReferences'], isNamed) &&
    isListOf(record['taskRuns'], (taskRun) => {
      const { metadata, status: own } = fieldsOf(taskRun);
      const { conditions, steps } = fieldsOf(own);
      return isNamed(metadata) && isListOf(conditions) && isListOf(steps, isNamed);
    })
  );
}

function isListOf(value: unknown, has: (item: unknown) => boolean = () => true): boolean {
  return Array.isArray(value) && value.every(has);
}

function isNamed(value: unknown): boolean {
  return typeof fieldsOf(value)['name'] === 'string';
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
