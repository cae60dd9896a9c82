import type { PlannedTask } from '../plan/types.ts';
import type { ParamValue } from '../types.ts';
import type { SkippedTask, TaskRun } from './status.ts';

/** Where a task of a run is. `ignored` failed, and the pipeline goes on (`onError: continue`). */
export type TaskPhase = 'waiting' | 'running' | 'succeeded' | 'failed' | 'ignored' | 'cancelled' | 'skipped';

/** One task while its run is executed. */
export interface TaskState {
  readonly task: PlannedTask;
  readonly isFinally: boolean;
  phase: TaskPhase;
  skipped?: SkippedTask;
  taskRun?: TaskRun;
  /** The task with the results of others put in, once it started. */
  started?: PlannedTask;
}

/** The phase of a task whose TaskRun ended. */
export function phaseOf(taskRun: TaskRun): TaskPhase {
  const { status, reason } = taskRun.status.conditions[0]!;
  if (status === 'True') return 'succeeded';
  if (reason === 'FailureIgnored') return 'ignored';
  return reason === 'TaskRunCancelled' ? 'cancelled' : 'failed';
}

/** Whether nothing more happens to a task. */
export function isOver({ phase }: TaskState): boolean {
  return phase !== 'waiting' && phase !== 'running';
}

/** The value of a result of a task that ran; undefined when it was not written. */
export function resultOf(state: TaskState | undefined, name: string): ParamValue | undefined {
  return state?.taskRun?.status.results?.find((result) => result.name === name)?.value;
}

/** `tasks.<t>.status`, `tasks.<t>.reason` and `tasks.status`, which the tasks of finally may use. */
export function statusVariables(states: readonly TaskState[]): [string, string][] {
  const variables = states.flatMap(({ task, phase, taskRun }): [string, string][] => [
    [`tasks.${task.name}.status`, phase === 'succeeded' ? 'Succeeded' : hasFailed(phase) ? 'Failed' : 'None'],
    [`tasks.${task.name}.reason`, taskRun?.status.conditions[0]?.reason ?? 'None'],
  ]);
  const failed = states.some(({ phase }) => hasFailed(phase));
  const skipped = states.some(({ phase }) => phase === 'skipped');
  return [...variables, ['tasks.status', failed ? 'Failed' : skipped ? 'Completed' : 'Succeeded']];
}

function hasFailed(phase: TaskPhase): boolean {
  return phase === 'failed' || phase === 'ignored' || phase === 'cancelled';
}
