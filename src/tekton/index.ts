/**
 * The only way into src/tekton: ten functions, and the types that they take and return. What runs steps and what handles events is
 * loaded by the first call that needs it, so a command that only checks files does not pay for it.
 */
import type { PipelineRunPlan } from './plan/types.ts';
import type { PreparedRun, PrepareOptions } from './prepare-runs.ts';
import type { PipelineRunResult } from './run/describe-run.ts';
import type { StepExecutor } from './run/executor.ts';
import type { ExecuteOptions } from './run/options.ts';
import type { EventAnswer, EventOptions, EventRequest } from './triggers/handle-event.ts';
import type { Listener } from './triggers/types.ts';

export { checkTektonFiles } from './check-files.ts';
export type { TektonFinding } from './finding.ts';
export { readTektonFiles } from './load-objects.ts';
export { planRun } from './plan/plan-run.ts';
export type { PipelineRunPlan } from './plan/types.ts';
export type { PreparedRun, PrepareOptions } from './prepare-runs.ts';
export type { SourceFile } from './read/documents.ts';
export type { RefusedRun } from './run/describe-refused.ts';
export type { PipelineRunResult } from './run/describe-run.ts';
export type { RunEvent } from './run/events.ts';
export type { StepExecutor } from './run/executor.ts';
export { readRecord, writeRecord } from './run/record.ts';
export type { RecordedTask, RunRecord, RunState } from './run/record.ts';
export type { Condition, StepState, TaskRun } from './run/status.ts';
export type { EventAnswer, EventRequest } from './triggers/handle-event.ts';
export { loadListener } from './triggers/load-listener.ts';
export type { Listener } from './triggers/types.ts';
export type { KeyedValues } from './types.ts';

/** Bytes that a result may have at most, whatever limit a run is given. */
export { largestResult } from './run/options.ts';

/**
 * Plans the runs that are meant, with what resolvers fetch for them; any fault of any of them is thrown with its place, and
 * nothing has run then.
 */
export async function prepareRuns(options: PrepareOptions): Promise<PreparedRun[]> {
  return (await import('./prepare-runs.ts')).prepareRuns(options);
}

/** Executes a planned run; failing steps are not an error: the result tells. */
export async function executeRun(plan: PipelineRunPlan, options: ExecuteOptions): Promise<PipelineRunResult> {
  return (await import('./run/execute-pipeline-run.ts')).executePipelineRun(plan, options);
}

/** What runs steps: processes of this machine, or containers. */
export async function executorFor(runtime: 'process' | 'docker' | 'podman'): Promise<StepExecutor> {
  if (runtime === 'process') return (await import('./run/process-executor.ts')).processExecutor;
  return (await import('./run/container-executor.ts')).containerExecutor(runtime);
}

/** Handles one HTTP request as an EventListener does, and says what is to be created; it creates nothing itself. */
export async function handleEvent(
  listener: Listener,
  request: EventRequest,
  options: EventOptions,
): Promise<EventAnswer> {
  return (await import('./triggers/handle-event.ts')).handleEvent(listener, request, options);
}
