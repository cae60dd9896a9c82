import { countCombinations } from '../plan/fan-out.ts';
import type { PlannedTask } from '../plan/types.ts';
import type { ParamValue } from '../types.ts';
import type { SkippedTask, TaskRun } from './status.ts';

/**
 * Where a task of a run is. `ignored` failed, and the pipeline goes on (`onError: continue`); `invalid` takes a result that
 * the task before it did not write, so that it never starts.
 */
export type TaskPhase =
  'waiting' | 'running' | 'succeeded' | 'failed' | 'ignored' | 'cancelled' | 'skipped' | 'invalid';

/** One task while its run is executed. */
export interface TaskState {
  readonly task: PlannedTask;
  readonly isFinally: boolean;
  phase: TaskPhase;
  skipped?: SkippedTask;
  /** Why it is invalid. */
  fault?: string;
  /** One, or one for each combination of its matrix. */
  taskRuns: readonly TaskRun[];
  /** The task with the results of others put in, once it started. */
  started?: PlannedTask;
}

/** The phase of a task whose TaskRuns ended: the worst of theirs, where the pipeline goes on after a failure as its `onError` says. */
export function phaseOf(taskRuns: readonly TaskRun[], onError: PlannedTask['onError']): TaskPhase {
  const phases = taskRuns.map((taskRun) => {
    const phase = phaseOfOne(taskRun);
    return phase === 'failed' && onError === 'continue' ? 'ignored' : phase;
  });
  const worst: readonly TaskPhase[] = ['failed', 'cancelled', 'ignored'];
  return worst.find((phase) => phases.includes(phase)) ?? 'succeeded';
}

function phaseOfOne(taskRun: TaskRun): TaskPhase {
  const { status, reason, message } = taskRun.status.conditions[0]!;
  if (status === 'True') return 'succeeded';
  // One that was ended as the time of its run was over counts as failed.
  return reason === 'TaskRunCancelled' && !message.endsWith('has timed out.') ? 'cancelled' : 'failed';
}

/** Whether nothing more happens to a task. */
export function isOver({ phase }: TaskState): boolean {
  return phase !== 'waiting' && phase !== 'running';
}

/** Whether nothing more starts, as a task before finally has failed. */
export function isStopping(states: readonly TaskState[]): boolean {
  const stops: readonly TaskPhase[] = ['failed', 'cancelled', 'invalid'];
  return states.some(({ isFinally, phase }) => !isFinally && stops.includes(phase));
}

/** The value of a result of a task that ran, of a matrix the list of all; undefined when it was not written. */
export function resultOf(state: TaskState | undefined, name: string): ParamValue | undefined {
  const values = (state?.taskRuns ?? []).flatMap(
    ({ status }) => status.results?.filter((result) => result.name === name).map(({ value }) => value) ?? [],
  );
  if (!state?.task.matrix) return values[0];
  return values.length > 0
    ? values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    : undefined;
}

/** `tasks.<t>.matrix.length` and `tasks.<t>.matrix.<result>.length` of the tasks that ran. */
export function matrixVariables(states: Iterable<TaskState>): [string, string][] {
  return [...states].flatMap((state): [string, string][] => {
    const { task, taskRuns } = state;
    if (!task.matrix) return [];
    const lengths = task.spec.results.map(({ name }): [string, string] => {
      const values = resultOf(state, name);
      return [`tasks.${task.name}.matrix.${name}.length`, String(Array.isArray(values) ? values.length : 0)];
    });
    const length = taskRuns.length > 0 ? taskRuns.length : countCombinations(task.matrix);
    return [[`tasks.${task.name}.matrix.length`, String(length)], ...lengths];
  });
}

/** `tasks.<t>.status`, `tasks.<t>.reason` (nothing, of a task without a TaskRun) and `tasks.status`, which the tasks of finally may use. */
export function statusVariables(states: readonly TaskState[]): [string, string][] {
  const variables = states.flatMap(({ task, phase, taskRuns }): [string, string][] => [
    [`tasks.${task.name}.status`, phase === 'succeeded' ? 'Succeeded' : hasFailed(phase) ? 'Failed' : 'None'],
    [`tasks.${task.name}.reason`, reasonOf(taskRuns)],
  ]);
  const failed = states.some(({ phase }) => hasFailed(phase));
  const skipped = states.some(({ phase }) => phase === 'skipped');
  const isDone = states.every(isOver);
  const all = failed ? 'Failed' : !isDone ? 'None' : skipped ? 'Completed' : 'Succeeded';
  return [...variables, ['tasks.status', all]];
}

function reasonOf(taskRuns: readonly TaskRun[]): string {
  const conditions = taskRuns.map((taskRun) => taskRun.status.conditions[0]!);
  return (conditions.find(({ status }) => status === 'False') ?? conditions[0])?.reason ?? '';
}

function hasFailed(phase: TaskPhase): boolean {
  return phase === 'failed' || phase === 'ignored' || phase === 'cancelled';
}

/** The steps that run now, each as `task/step`. */
export function doing(states: Iterable<TaskState>): string[] {
  return [...states].flatMap(({ task, taskRuns }) =>
    taskRuns.flatMap(({ metadata, status }) => {
      const label = task.matrix ? `${task.name}-${metadata.name.split('-').at(-1)}` : task.name;
      return status.steps.flatMap(({ name, running }) => (running ? [`${label}/${name}`] : []));
    }),
  );
}
