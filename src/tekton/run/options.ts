import type { StepExecutor } from './executor.ts';
import type { RunEvent } from './events.ts';

/** Values of Secrets or ConfigMaps: name → key → value. */
export type KeyedValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface ExecuteOptions {
  readonly executor: StepExecutor;
  /** The folder of this run: `run.json`, `logs/`, and `work/` while it runs. */
  readonly directory: string;
  /** The clock. */
  readonly now: () => Date;
  /** Cancels the run: whole process trees are ended, and the run is `Cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Added to the environment of every step, under what the step itself sets. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Folders that come before the PATH of this process. */
  readonly path?: readonly string[] | undefined;
  /** The folders of PersistentVolumeClaims, by claim name. */
  readonly volumes?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: KeyedValues | undefined;
  readonly configMaps?: KeyedValues | undefined;
  /** More texts that no log, record or event may show; the values of `secrets` are masked anyway. */
  readonly masks?: readonly string[] | undefined;
  /** Keeps `work/` for a look after a failure. Default: it is removed. */
  readonly keepWork?: boolean | undefined;
}
