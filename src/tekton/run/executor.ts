import type { Restrictions } from './restrictions.ts';

/** A folder of this machine that a step sees at a path of its own. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

/** Where a step writes. */
export type OutputStream = 'stdout' | 'stderr';

/** A step or sidecar that is to be started: everything is put in already. */
export interface StepLaunch {
  /** `step-<name>` or `sidecar-<name>`. */
  readonly name: string;
  /** The program and its arguments; when there is a script, only the arguments. */
  readonly command: readonly string[];
  /** Whether the first of these is a program; if not, they follow the image's own entrypoint. */
  readonly hasCommand: boolean;
  readonly script?: string | undefined;
  /** Where the script is put on this machine, and where the step sees it. */
  readonly scriptFile: string;
  readonly scriptPath: string;
  readonly image?: string | undefined;
  /** Empty for that of the image. */
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** What the step sees at its real path; undefined when paths of this machine are put in as variables. */
  readonly mounts?: readonly Mount[] | undefined;
  /** Places of this machine that are empty for the step, where the system allows that. */
  readonly hidden?: readonly string[] | undefined;
  /** What only containers obey. */
  readonly restrictions: Restrictions;
  /** What the containers of one TaskRun share, such as their network. */
  readonly group: string;
  /** Ends the step: `kill` at once, `terminate` after a chance to clean up. Fires at most once. */
  readonly stop: AbortSignal;
  readonly onOutput: (chunk: Buffer, stream: OutputStream) => void;
  /** Told once the step's process group exists, so that it can be found again after a crash. */
  readonly onStarted: (processGroup: number) => void;
}

export interface StepEnd {
  readonly exitCode: number;
  /** Why it could not be started, when it could not. */
  readonly problem?: string | undefined;
  /** Whether a signal ended it, and not itself. */
  readonly isSignalled?: boolean | undefined;
  /** Whether it took more memory than it may. */
  readonly isOutOfMemory?: boolean | undefined;
  /** The image by digest that it ran. */
  readonly imageID?: string | undefined;
}

/** What the containers of one TaskRun share while they run. */
export interface Group {
  readonly id: string;
  readonly run: string;
  readonly task: string;
  readonly taskRun: string;
  readonly containers: readonly Pick<StepLaunch, 'name' | 'image'>[];
  readonly stop: AbortSignal;
}

/** An address, and the command that starts another one where that address is known; empty for this machine. */
export interface Reach {
  readonly host: string;
  readonly inside: readonly string[];
}

/** Runs steps and sidecars as processes of this machine or in containers. */
export interface StepExecutor {
  readonly kind: 'process' | 'container';
  /** What differs from a cluster, as sentences for the reader of a run. */
  readonly differences: readonly string[];
  /** Whether it can keep the places with the user's logins from steps. */
  hidesLogins?(): Promise<boolean>;
  /** Whether steps can see mounts at their real paths, or always do. */
  realPaths(): Promise<'never' | 'when-needed' | 'always'>;
  /** Fails when it cannot work here at all; removes what runs that were killed have left, and tells how much that was. */
  open?(): Promise<number>;
  /** Gets the images and what the containers share; a failure is that of the TaskRun. */
  startGroup?(group: Group): Promise<{ reason: string; message: string } | undefined>;
  /** Runs one step to its end; nothing that it started is left when the promise settles. */
  runStep(launch: StepLaunch): Promise<StepEnd>;
  /** The exit code of a command in a container that runs (`processGroup` as `onStarted` told it); 124 when it takes too long. */
  probe(
    processGroup: number,
    command: readonly string[],
    launch: StepLaunch,
    timeoutMilliseconds: number,
  ): Promise<number>;
  /** How the ports of a container that runs are reached. Default: at 127.0.0.1 of this machine. */
  reach?(processGroup: number): Promise<Reach>;
  /** Removes a folder of the run, in which the containers of other users may have written. */
  removeFolder?(folder: string): Promise<void>;
  /** Removes what the containers of one TaskRun shared. */
  endGroup?(group: string): Promise<void>;
}

/** How a step is stopped: the reason of the signal. */
export type StopReason = 'kill' | 'terminate';
