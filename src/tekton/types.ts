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
  /** The only values that a text may have. */
  readonly enum?: readonly string[] | undefined;
  readonly place: Place;
}

export interface Param {
  readonly name: string;
  readonly value: ParamValue;
  /** The value is a text of a command line, and what it is to be is known when what declares it was fetched. */
  readonly isGivenText?: boolean | undefined;
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
  /** A CEL expression instead of the three others, which are empty then. */
  readonly cel?: string | undefined;
}

export interface WorkspaceDeclaration {
  readonly name: string;
  readonly optional: boolean;
  readonly readOnly: boolean;
  readonly mountPath?: string | undefined;
  readonly place: Place;
}

/** Files out of a Secret or ConfigMap: all keys, or those of `items` at the paths given. */
export interface KeySource {
  readonly kind: 'configMap' | 'secret';
  readonly name: string;
  readonly items?:
    | readonly { readonly key: string; readonly path: string; readonly mode?: number | undefined }[]
    | undefined;
  readonly optional: boolean;
  /** The permissions of each file whose item says no other; default 0644. */
  readonly mode?: number | undefined;
}

/** Values of Secrets or ConfigMaps: name → key → value. */
export type KeyedValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Values of Secrets and ConfigMaps that are not texts: kind → name → key → bytes. */
export type KeyedBytes = Readonly<
  Record<KeySource['kind'], Readonly<Record<string, Readonly<Record<string, Buffer>>>>>
>;

/** Where the files of a workspace or volume come from. */
export type VolumeSource =
  | { readonly kind: 'emptyDir' }
  | { readonly kind: 'persistentVolumeClaim'; readonly claimName: string; readonly readOnly: boolean }
  | { readonly kind: 'volumeClaimTemplate' }
  | { readonly kind: 'projected'; readonly sources: readonly KeySource[] }
  | KeySource;

/** A volume of a Task, or of the Pod template of its run. */
export interface Volume {
  readonly name: string;
  readonly source: VolumeSource;
  readonly place: Place;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string | undefined;
  readonly readOnly: boolean;
  readonly place: Place;
}

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

/** All keys of a Secret or ConfigMap as environment variables. */
export interface EnvironmentSource {
  readonly kind: 'secret' | 'configMap';
  readonly name: string;
  readonly prefix: string;
  readonly optional: boolean;
  readonly place: Place;
}

/** A workspace that only the steps and sidecars which name it may see. */
export interface IsolatedWorkspace {
  readonly name: string;
  readonly mountPath?: string | undefined;
}

/** What a step and a sidecar have in common. */
export interface Container {
  readonly name: string;
  readonly image?: string | undefined;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly script?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly env: readonly EnvironmentVariable[];
  readonly envFrom: readonly EnvironmentSource[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly workspaces: readonly IsolatedWorkspace[];
  /** As they are written; only containers obey them. */
  readonly securityContext?: unknown;
  readonly computeResources?: unknown;
  readonly place: Place;
}

export interface Step extends Container {
  /** `continue` goes on after a failure; it may be a variable until the step starts. */
  readonly onError: string;
  /** Go duration as written; it may hold variables until the step starts. */
  readonly timeout?: string | undefined;
  readonly results: readonly ResultSpec[];
  readonly when: readonly WhenExpression[];
  /** The name of a StepAction, or where it is fetched from; absent once a plan has put the action in. */
  readonly ref?: Reference | undefined;
  /** Where its StepAction was fetched from. */
  readonly refSource?: RefSource | undefined;
  /** What the step gives to its StepAction. */
  readonly params: readonly Param[];
  /** The parameters of the StepAction, once a plan has put it in. */
  readonly actionParams?: readonly ParamSpec[] | undefined;
}

/** How a sidecar says that it is ready. */
export interface Probe {
  readonly how:
    | { readonly kind: 'exec'; readonly command: readonly string[] }
    | {
        readonly kind: 'http';
        readonly path: string;
        readonly port: string;
        readonly scheme: 'http' | 'https';
      }
    | { readonly kind: 'tcp'; readonly port: string };
  /** All in seconds. */
  readonly initialDelay: number;
  readonly period: number;
  readonly timeout: number;
  readonly failureThreshold: number;
}

export interface Sidecar extends Container {
  readonly startupProbe?: Probe | undefined;
  readonly readinessProbe?: Probe | undefined;
}

/** A step that is in an object of its own. */
export interface StepAction {
  readonly name: string;
  readonly params: readonly ParamSpec[];
  readonly step: Container & { readonly results: readonly ResultSpec[] };
  /** Where it was fetched from. */
  readonly refSource?: RefSource | undefined;
  readonly place: Place;
}

/** An object by its name, or by a resolver and its parameters. */
export interface Reference {
  readonly name: string;
  readonly resolver?: string | undefined;
  readonly params: readonly Param[];
  readonly place: Place;
}

/** Where a resolver has fetched an object from, as Tekton tells it in a status. */
export interface RefSource {
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly entryPoint?: string | undefined;
}

/** Something that needs the paths `/workspace` and `/tekton`, or a mount, at their real places. */
export interface PathNeed {
  readonly what: string;
  readonly place: Place;
}

export interface TaskSpec {
  readonly params: readonly ParamSpec[];
  readonly workspaces: readonly WorkspaceDeclaration[];
  readonly results: readonly ResultSpec[];
  readonly steps: readonly Step[];
  readonly sidecars: readonly Sidecar[];
  readonly volumes: readonly Volume[];
  /** What cannot run where paths are only put in as variables. */
  readonly pathNeeds: readonly PathNeed[];
  /** Where it was fetched from. */
  readonly refSource?: RefSource | undefined;
  /** As it was written, for the status of a run. */
  readonly source: unknown;
  readonly place: Place;
}

export interface Task {
  readonly name: string;
  readonly spec: TaskSpec;
  readonly place: Place;
}

/** One TaskRun for each combination of the values, then what `include` adds. */
export interface Matrix {
  /** Each an array, or a text that becomes one. */
  readonly params: readonly Param[];
  readonly include: readonly { readonly name?: string | undefined; readonly params: readonly Param[] }[];
}

export interface PipelineTask {
  readonly name: string;
  /** Absent when the task is in `taskSpec`. */
  readonly taskRef?: Reference | undefined;
  readonly taskSpec?: TaskSpec | undefined;
  readonly params: readonly Param[];
  readonly matrix?: Matrix | undefined;
  readonly workspaces: readonly PipelineTaskWorkspace[];
  readonly runAfter: readonly string[];
  readonly when: readonly WhenExpression[];
  readonly retries: number;
  readonly timeout?: string | undefined;
  /** `continue` goes on after a failure; it may be a parameter until the run is planned. */
  readonly onError: string;
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
  /** Where it was fetched from. */
  readonly refSource?: RefSource | undefined;
  /** As it was written, for the status of a run. */
  readonly source: unknown;
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
  readonly pipelineRef?: Reference | undefined;
  readonly pipelineSpec?: PipelineSpec | undefined;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
  readonly timeouts: Timeouts;
  /** Timeouts of single tasks, by the name of the pipeline task. */
  readonly taskTimeouts: Readonly<Record<string, string>>;
  /** The tasks that the run says something of. */
  readonly taskRunSpecs?: readonly {
    readonly name: string;
    readonly serviceAccount?: string | undefined;
    readonly place: Place;
  }[];
  /** Volumes of the Pod template, for every task. */
  readonly volumes: readonly Volume[];
  readonly serviceAccount?: string | undefined;
  /** Its spec as it was written. */
  readonly source?: unknown;
  readonly place: Place;
}

/** A TaskRun of a file. */
export interface TaskRunRequest {
  readonly name?: string | undefined;
  readonly generateName?: string | undefined;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taskRef?: Reference | undefined;
  readonly taskSpec?: TaskSpec | undefined;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
  readonly timeout?: string | undefined;
  readonly retries: number;
  readonly volumes: readonly Volume[];
  readonly serviceAccount?: string | undefined;
  /** Its spec as it was written. */
  readonly source?: unknown;
  readonly place: Place;
}
