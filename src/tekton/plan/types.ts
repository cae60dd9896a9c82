import type { Place } from '../../model/errors.ts';
import type { Credential } from './credentials.ts';
import type { ResultReference } from '../substitution/variables.ts';
import type {
  Matrix,
  Param,
  ParamValue,
  PipelineResult,
  PipelineTaskWorkspace,
  RefSource,
  TaskSpec,
  Volume,
  WhenExpression,
  WorkspaceBinding,
} from '../types.ts';

/** Who a run is: chosen by the caller, so that a plan is the same for the same input. */
export interface RunIdentity {
  readonly name: string;
  readonly uid: string;
}

/** One task of a run, with everything put in that is known before the run starts. */
export interface PlannedTask {
  readonly name: string;
  /** What its folders, logs and events are named after: its name, or that and its place in the matrix. */
  readonly label: string;
  /** The name of the Task, or that of the pipeline task when it is embedded. */
  readonly taskName: string;
  readonly isEmbedded: boolean;
  /** The name of its TaskRun. */
  readonly taskRunName: string;
  readonly spec: TaskSpec;
  readonly params: readonly Param[];
  readonly matrix?: Matrix | undefined;
  readonly workspaces: readonly PipelineTaskWorkspace[];
  readonly when: readonly WhenExpression[];
  readonly retries: number;
  /** Milliseconds for each attempt; 0 is not a limit. */
  readonly timeout: number;
  readonly onError: 'continue' | 'stopAndFail';
  /** Tasks that must be over before this one starts. */
  readonly runAfter: readonly string[];
  /** Tasks whose results it takes. */
  readonly results: readonly ResultReference[];
  readonly place: Place;
}

/** A whole PipelineRun or TaskRun, ready to be executed: nothing is looked up after this. */
export interface PipelineRunPlan extends RunIdentity {
  readonly kind: 'PipelineRun' | 'TaskRun';
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly pipeline: string;
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly workspaces: readonly WorkspaceBinding[];
  /** Volumes that the Pod template gives to every task. */
  readonly volumes: readonly Volume[];
  /** Names of PersistentVolumeClaims that the files declare. */
  readonly claims: ReadonlySet<string>;
  /** What the Secrets of its ServiceAccount become in the homes of steps. */
  readonly credentials: readonly Credential[];
  /** The same of single tasks that the run gives a ServiceAccount of their own, by the name of the pipeline task. */
  readonly taskCredentials?: ReadonlyMap<string, readonly Credential[]>;
  readonly tasks: readonly PlannedTask[];
  readonly finally: readonly PlannedTask[];
  readonly results: readonly PipelineResult[];
  /** The spec of the run and that of its Pipeline, for its status; the second one with everything put in that is known. */
  readonly source: {
    readonly spec: unknown;
    readonly pipelineSpec?: unknown;
    /** Where the Pipeline was fetched from. */
    readonly refSource?: RefSource | undefined;
  };
  /** Milliseconds; 0 is not a limit. */
  readonly timeouts: { readonly pipeline: number; readonly tasks: number; readonly finally: number };
}
