import { join } from 'node:path';
import type { KeyedBytes, KeyedValues } from '../types.ts';
import type { StepExecutor } from './executor.ts';
import type { RunEvent } from './events.ts';
import type { ImageCommand } from './known-images.ts';

/** More than any limit of results allows; `--max-result-size` goes no further. */
export const largestResult = 4 * 1024 * 1024;

export interface ExecuteOptions {
  readonly executor: StepExecutor;
  /** The folder of this run: `run.json`, `logs/`, and `work/` while it runs. */
  readonly directory: string;
  /** The folder in which the steps work. Default: `work` in the folder of the run. */
  readonly work?: string | undefined;
  /** The clock. */
  readonly now: () => Date;
  /**
   * Cancels the run: whole process trees are ended, and the run is `Cancelled`. With one of Tekton's words
   * `CancelledRunFinally` and `StoppedRunFinally` as its reason, `finally` still runs.
   */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Added to the environment of every step, under what the step itself sets. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Folders that come before the PATH of this process. */
  readonly path?: readonly string[] | undefined;
  /** The folders of PersistentVolumeClaims, by claim name. */
  readonly volumes?: Readonly<Record<string, string>> | undefined;
  /** The folder in which claims that the files declare have theirs. Default: in the folder of the run. */
  readonly claims?: string | undefined;
  /** Folders and files of this machine that no step may see, beside those with the user's logins. */
  readonly hidden?: readonly string[] | undefined;
  readonly secrets?: KeyedValues | undefined;
  readonly configMaps?: KeyedValues | undefined;
  /** The values of them that are not UTF-8, byte for byte; `secrets` and `configMaps` have a text for each as well. */
  readonly bytes?: KeyedBytes | undefined;
  /** More texts that no log, record or event may show; the values of `secrets` are masked anyway. */
  readonly masks?: readonly string[] | undefined;
  /**
   * Bytes that each result may have, as with Tekton's `results-from: sidecar-logs`. Default: 4096 for everything that a step
   * reports, as with its termination messages.
   */
  readonly maxResultSize?: number | undefined;
  /** What images start by themselves, by repository; needed only for those that are not well known. */
  readonly imageCommands?: Readonly<Record<string, ImageCommand>> | undefined;
  /** Keeps `work/` for a look after a failure. Default: it is removed. */
  readonly keepWork?: boolean | undefined;
}

/** The folder in which the steps of a run work. */
export function workFolder({ directory, work }: Pick<ExecuteOptions, 'directory' | 'work'>): string {
  return work ?? join(directory, 'work');
}
