/** A folder of this machine that a step sees at a path of its own. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

/** A step or sidecar that is to be started: everything is put in already. */
export interface StepLaunch {
  /** The program and its arguments; when there is a script, only the arguments. */
  readonly command: readonly string[];
  /** Whether the first of these is a program; if not, they follow the image's own entrypoint. */
  readonly hasCommand: boolean;
  readonly script?: string | undefined;
  /** Where the script is put on this machine, and where the step sees it. */
  readonly scriptFile: string;
  readonly scriptPath: string;
  readonly image?: string | undefined;
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the step sees at its real path; undefined when paths of this machine are put in as variables. */
  readonly mounts?: readonly Mount[] | undefined;
  /** What the containers of one TaskRun share, such as their network. */
  readonly group: string;
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

/** Runs steps and sidecars as processes of this machine or in containers. */
export interface StepExecutor {
  readonly kind: 'process' | 'container';
  /** What differs from a cluster, as sentences for the reader of a run. */
  readonly differences: readonly string[];
  /** Whether steps can see mounts at their real paths, or always do. */
  realPaths(): 'never' | 'when-needed' | 'always';
  /** Runs one step to its end; nothing that it started is left when the promise settles. */
  runStep(launch: StepLaunch): Promise<StepEnd>;
  /** The exit code of a command in a container that runs (`processGroup` as `onStarted` told it); 124 when it takes too long. */
  probe(
    processGroup: number,
    command: readonly string[],
    launch: StepLaunch,
    timeoutMilliseconds: number,
  ): Promise<number>;
  /** Removes what the containers of one TaskRun shared. */
  endGroup?(group: string): Promise<void>;
}

/** How a step is stopped: the reason of the signal. */
export type StopReason = 'kill' | 'terminate';
