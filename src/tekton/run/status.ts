import type { ParamType, ParamValue, RefSource, WhenExpression } from '../types.ts';

/** The one condition of a run, `Succeeded`, with Tekton's reasons and messages. */
export interface Condition {
  readonly type: 'Succeeded';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** Makes the final conditions of one moment. */
export function conditionAt(
  at: string,
): (status: 'True' | 'False', reason: string, message: string) => Condition {
  return (status, reason, message) => ({
    type: 'Succeeded',
    status,
    reason,
    message,
    lastTransitionTime: at,
  });
}

export type TerminationReason =
  'Completed' | 'Error' | 'TimeoutExceeded' | 'Skipped' | 'Continued' | 'TaskRunTimeout' | 'TaskRunCancelled';

export interface StepResult {
  readonly name: string;
  readonly type: ParamType;
  readonly value: ParamValue;
}

export interface StepState {
  readonly name: string;
  /** Absent when there was no Pod for it. */
  readonly container?: string | undefined;
  /** The image by digest, when the step names it so; nothing is pulled for processes. */
  readonly imageID?: string | undefined;
  readonly running?: { readonly startedAt: string } | undefined;
  readonly terminated?:
    | {
        readonly exitCode: number;
        readonly reason: 'Completed' | 'Error' | 'TaskRunTimeout' | 'TaskRunCancelled';
        /** The results that the step reported, as JSON, or why it was ended. */
        readonly message?: string | undefined;
        readonly startedAt: string;
        readonly finishedAt: string;
      }
    | undefined;
  readonly terminationReason?: TerminationReason | undefined;
  readonly results?: readonly StepResult[] | undefined;
  readonly provenance?: Provenance | undefined;
}

/** Where a resolver has fetched from what ran. */
export interface Provenance {
  readonly refSource: RefSource;
}

export interface SidecarState {
  readonly name: string;
  readonly container: string;
  readonly terminated: NonNullable<StepState['terminated']>;
}

export interface TaskRunStatus {
  /** Always empty, as there is no Pod; the schema asks for it. */
  readonly podName: '';
  readonly conditions: readonly Condition[];
  readonly startTime: string;
  readonly completionTime?: string | undefined;
  readonly steps: readonly StepState[];
  readonly sidecars?: readonly SidecarState[] | undefined;
  readonly results?: readonly StepResult[] | undefined;
  readonly taskSpec?: unknown;
  readonly provenance?: Provenance | undefined;
  readonly retriesStatus?: readonly TaskRunStatus[] | undefined;
}

export interface TaskRun {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'TaskRun';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly params?: readonly { readonly name: string; readonly value: ParamValue }[] | undefined;
    readonly serviceAccountName?: string | undefined;
    readonly taskRef?: { readonly name?: string; readonly kind?: 'Task' } | undefined;
    readonly taskSpec?: unknown;
    readonly timeout: string;
    readonly retries?: number | undefined;
  };
  readonly status: TaskRunStatus;
}

/** A `when` as it is written; a CEL expression stands alone, and an empty input is left out. */
export type WrittenWhen = WhenExpression | Omit<WhenExpression, 'input'> | { readonly cel: string };

export interface SkippedTask {
  readonly name: string;
  readonly reason: string;
  readonly whenExpressions?: readonly WrittenWhen[] | undefined;
}

export interface ChildReference {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'TaskRun';
  readonly name: string;
  readonly pipelineTaskName: string;
  readonly displayName?: string | undefined;
  readonly whenExpressions?: readonly WrittenWhen[] | undefined;
}

interface PipelineRunStatus {
  readonly conditions: readonly Condition[];
  readonly startTime: string;
  readonly completionTime?: string | undefined;
  readonly finallyStartTime?: string | undefined;
  readonly results?: readonly { readonly name: string; readonly value: ParamValue }[] | undefined;
  readonly pipelineSpec?: unknown;
  readonly provenance?: Provenance | undefined;
  readonly childReferences: readonly ChildReference[];
  readonly skippedTasks?: readonly SkippedTask[] | undefined;
}

export interface PipelineRunObject {
  readonly apiVersion: 'tekton.dev/v1';
  readonly kind: 'PipelineRun';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly pipelineRef?: { readonly name: string } | undefined;
    readonly params: readonly { readonly name: string; readonly value: ParamValue }[];
    readonly [field: string]: unknown;
  };
  readonly status: PipelineRunStatus;
}
