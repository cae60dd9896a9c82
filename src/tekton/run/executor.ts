/** A step that is to be started: everything is put in already. */
export interface StepLaunch {
  /** The program and its arguments; when there is a script, only the arguments. */
  readonly command: readonly string[];
  readonly script?: string | undefined;
  /** Where the script is put. */
  readonly scriptFile: string;
  readonly image?: string | undefined;
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ends the step: `kill` at once, `terminate` after a chance to clean up. Fires at most once. */
  readonly stop: AbortSignal;
  readonly onOutput: (chunk: Buffer) => void;
  /** Told once the step's process group exists, so that it can be found again after a crash. */
  readonly onStarted: (processGroup: number) => void;
}

export interface StepEnd {
  readonly exitCode: number;
  /** Why it could not be started, when it could not. */
  readonly problem?: string | undefined;
}

/** Runs steps: as processes now, in containers with the same interface. */
export interface StepExecutor {
  readonly kind: 'process' | 'container';
  /** What differs from a cluster, as sentences for the reader of a run. */
  readonly differences: readonly string[];
  /** Runs one step to its end; nothing that it started is left when the promise settles. */
  runStep(launch: StepLaunch): Promise<StepEnd>;
}

/** How a step is stopped: the reason of the signal. */
export type StopReason = 'kill' | 'terminate';
