import type { FreezeInForce, Hold } from './stops.ts';

/**
 * How a service of an environment is: `waiting` has nothing to run yet, `degraded` runs something other than what Git wants;
 * `unseen`: only Git was looked at, and it has no record of this version's health.
 */
export type HealthState = 'healthy' | 'starting' | 'degraded' | 'waiting' | 'stopped' | 'unseen';

/** One service of one environment, as the loop runs it, or as Git says it. */
export interface ServiceView {
  readonly service: string;
  /** The tag that Git wants. */
  readonly wanted: string;
  /** The tag that answers requests now; absent when nothing runs. Where only Git was looked at, the tag that it wants. */
  readonly running?: string | undefined;
  readonly health: HealthState;
  /** Why it is not healthy, or not on the wanted tag, as a sentence. */
  readonly message?: string | undefined;
  /** Where it answers, such as `http://127.0.0.1:40001`. */
  readonly url?: string | undefined;
  /** ISO 8601. */
  readonly since?: string | undefined;
  /** What keeps automation from moving it, where that has effect now. */
  readonly hold?: Hold | undefined;
}

/** One environment, as the loop runs it, or as Git says it. */
export interface EnvironmentView {
  readonly environment: string;
  /** `prod/3` for a pinned environment, `dev@<sha7>` for a following one, `prod/0` before the first release. */
  readonly release: string;
  /** The full sha of the commit whose tree was rendered. */
  readonly revision: string;
  /** `sha256:<hex>` of the rendered manifests that run. */
  readonly manifestDigest?: string | undefined;
  readonly releaseId?: string | undefined;
  /** `synced`: it runs what Git wants. `failed`: it does not, and stays on what it ran before. `unseen`: only Git was looked at. */
  readonly state: 'synced' | 'syncing' | 'failed' | 'waiting' | 'unseen';
  readonly message?: string | undefined;
  /** What keeps new versions out, where that has effect now. */
  readonly freezes?: readonly FreezeInForce[] | undefined;
  readonly services: readonly ServiceView[];
}

/** One step of one task of a run; its log is at `<task>/<step>`. */
export interface StepView {
  readonly step: string;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';
}

/** One task of a run, in the order in which the pipeline names them. */
export interface TaskView {
  readonly task: string;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'cancelled';
  /** Milliseconds. */
  readonly duration?: number | undefined;
  readonly message?: string | undefined;
  readonly steps: readonly StepView[];
}

/** One PipelineRun of the loop. */
export interface RunView {
  readonly run: string;
  readonly service: string;
  /** The full sha that is built. */
  readonly revision: string;
  /** The tag of what was built, once it is known. */
  readonly tag?: string | undefined;
  readonly subject?: string | undefined;
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
  readonly message?: string | undefined;
  /** ISO 8601. */
  readonly started: string;
  /** Milliseconds. */
  readonly duration?: number | undefined;
  readonly tasks: readonly TaskView[];
}

/** One thing that happened, newest first on the board. */
export interface EventView {
  /** ISO 8601. */
  readonly at: string;
  readonly kind: 'push' | 'webhook' | 'run' | 'update' | 'sync' | 'release' | 'problem';
  readonly text: string;
}

/** All that the board shows: a plain value that can be sent as JSON. */
export interface LoopView {
  /** What it was read from: a loop that runs, or the repository alone, which knows of no runs and no processes. */
  readonly source: 'loop' | 'git';
  readonly environments: readonly EnvironmentView[];
  /** Newest first, at most 50. */
  readonly runs: readonly RunView[];
  /** Newest first, at most 100. */
  readonly events: readonly EventView[];
}
