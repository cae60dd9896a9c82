import type { Place } from '../model/errors.ts';

/** A value of a parameter or result. */
export type ParamValue = string | readonly string[] | { readonly [key: string]: string };
export type ParamType = 'string' | 'array' | 'object';

export interface ParamSpec {
  readonly name: string;
  readonly type: ParamType;
  /** The keys of an object parameter. */
  readonly properties: readonly string[];
  readonly default?: ParamValue | undefined;
  readonly place: Place;
}

export interface Param {
  readonly name: string;
  readonly value: ParamValue;
  readonly place: Place;
}

export interface ResultSpec {
  readonly name: string;
  readonly type: ParamType;
  readonly properties: readonly string[];
  /** `$(steps.<s>.results.<r>)`, when the result of a task is that of a step. */
  readonly value?: string | undefined;
  readonly place: Place;
}

export interface WhenExpression {
  readonly input: string;
  readonly operator: 'in' | 'notin';
  readonly values: readonly string[];
}

export interface WorkspaceDeclaration {
  readonly name: string;
  readonly optional: boolean;
  readonly readOnly: boolean;
  readonly mountPath?: string | undefined;
  readonly place: Place;
}

/** What a run binds to a workspace. */
export type VolumeSource =
  | { readonly kind: 'emptyDir' }
  | { readonly kind: 'persistentVolumeClaim'; readonly claimName: string }
  | { readonly kind: 'volumeClaimTemplate' }
  | { readonly kind: 'configMap' | 'secret'; readonly name: string };

export interface WorkspaceBinding {
  readonly name: string;
  readonly subPath?: string | undefined;
  readonly source: VolumeSource;
  readonly place: Place;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string | undefined;
  /** A value out of a Secret or ConfigMap that the caller gives. */
  readonly from?:
    | {
        readonly kind: 'secret' | 'configMap';
        readonly name: string;
        readonly key: string;
        readonly optional: boolean;
      }
    | undefined;
  readonly place: Place;
}

export interface Step {
  readonly name: string;
  readonly image?: string | undefined;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly script?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly env: readonly EnvironmentVariable[];
  /** `continue` goes on after a failure; it may be a variable until the step starts. */
  readonly onError: string;
  /** Go duration as written; it may hold variables until the step starts. */
  readonly timeout?: string | undefined;
  readonly results: readonly ResultSpec[];
  readonly when: readonly WhenExpression[];
  readonly place: Place;
}

export interface TaskSpec {
  readonly params: readonly ParamSpec[];
  readonly workspaces: readonly WorkspaceDeclaration[];
  readonly results: readonly ResultSpec[];
  readonly steps: readonly Step[];
  readonly place: Place;
}

export interface Task {
  readonly name: string;
  readonly spec: TaskSpec;
  readonly place: Place;
}

export interface PipelineTask {
  readonly name: string;
  /** The name of a Task; absent when the task stands in `taskSpec`. */
  readonly taskRef?: string | undefined;
  readonly taskSpec?: TaskSpec | undefined;
  readonly params: readonly Param[];
  readonly workspaces: readonly PipelineTaskWorkspace[];
  readonly runAfter: readonly string[];
  readonly when: readonly WhenExpression[];
  readonly retries: number;
  readonly timeout?: string | undefined;
  readonly onError: 'continue' | 'stopAndFail';
  readonly place: Place;
}

export interface PipelineTaskWorkspace {
  readonly name: string;
  readonly workspace: string;
  readonly subPath?: string | undefined;
  readonly place: Place;
}

export interface PipelineResult {
  readonly name: string;
  readonly value: ParamValue;
  readonly place: Place;
}

export interface PipelineSpec {
  readonly params: readonly ParamSpec[];
  readonly workspaces: readonly WorkspaceDeclaration[];
  readonly tasks: readonly PipelineTask[];
  readonly finally: readonly PipelineTask[];
  readonly results: readonly PipelineResult[];
  readonly place: Place;
}

export interface Pipeline {
  readonly name: string;
  readonly spec: PipelineSpec;
  readonly place: Place;
}

interface Timeouts {
  readonly pipeline?: string | undefined;
  readonly tasks?: string | undefined;
  readonly finally?: string | undefined;
}

export interface PipelineRun {
  readonly name?: string | undefined;
  readonly generateName?: string | undefined;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly pipelineRef?: string | undefined;
  readonly pipelineSpec?: PipelineSpec | undefined;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
  readonly timeouts: Timeouts;
  /** Timeouts of single tasks, by the name of the pipeline task. */
  readonly taskTimeouts: Readonly<Record<string, string>>;
  readonly place: Place;
}

/** A TaskRun of a file. */
export interface TaskRunRequest {
  readonly name?: string | undefined;
  readonly generateName?: string | undefined;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taskRef?: string | undefined;
  readonly taskSpec?: TaskSpec | undefined;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
  readonly timeout?: string | undefined;
  readonly retries: number;
  readonly place: Place;
}
