import type { PipelineRunPlan } from '../plan/types.ts';
import { displayName } from './display-name.ts';
import { specStatus } from './pipeline-condition.ts';
import { pipelineResults } from './pipeline-results.ts';
import type { RunState } from './record.ts';
import type {
  ChildReference,
  Condition,
  PipelineRunObject,
  SkippedTask,
  TaskRun,
  WrittenWhen,
} from './status.ts';
import { isStopping, type TaskState } from './task-state.ts';
import { putInResults } from './start-or-skip.ts';

/** A run that is over, in Tekton's shapes; texts are as they were, not masked (the record on disk is). */
export interface PipelineRunResult {
  readonly state: RunState;
  readonly pipelineRun: PipelineRunObject;
  readonly taskRuns: readonly TaskRun[];
  /** The steps that ran when the run was ended early, each as `task/step`. */
  readonly wasDoing?: readonly string[] | undefined;
}

/** A run in Tekton's shapes at one moment; its results only once it is over. */
export function describeRun(
  plan: PipelineRunPlan,
  tasks: ReadonlyMap<string, TaskState>,
  condition: Condition,
  {
    hasResults,
    ...times
  }: { readonly start: string; readonly finally: string | undefined; readonly hasResults: boolean },
): PipelineRunResult {
  const states = [...tasks.values()];
  const isOver = condition.status !== 'Unknown';
  const skipped = states.flatMap((state) => skippedTask(state, states));
  const results = isOver && hasResults ? pipelineResults(plan, tasks).results : [];
  const pipelineRun: PipelineRunObject = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      uid: plan.uid,
      creationTimestamp: times.start,
      labels: plan.labels,
      annotations: plan.annotations,
    },
    spec: {
      ...(isOver ? (plan.source.spec as Record<string, unknown>) : { pipelineRef: { name: plan.pipeline } }),
      params: [...plan.params].map(([name, value]) => ({ name, value })),
    },
    status: {
      conditions: [condition],
      startTime: times.start,
      ...(isOver ? { completionTime: condition.lastTransitionTime } : {}),
      ...(times.finally ? { finallyStartTime: times.finally } : {}),
      ...(results.length > 0 ? { results } : {}),
      // Of a run that is to be cancelled from the start, Tekton does not look at the Pipeline.
      ...(isOver && plan.source.pipelineSpec && specStatus(plan) !== 'Cancelled'
        ? { pipelineSpec: plan.source.pipelineSpec }
        : {}),
      ...(plan.source.refSource ? { provenance: { refSource: plan.source.refSource } } : {}),
      childReferences: states.flatMap((state) => childReference(state, plan, tasks)),
      ...(skipped.length > 0 ? { skippedTasks: skipped } : {}),
    },
  };
  return { state: stateOf(condition), pipelineRun, taskRuns: states.flatMap((state) => state.taskRuns) };
}

function childReference(
  state: TaskState,
  plan: PipelineRunPlan,
  tasks: ReadonlyMap<string, TaskState>,
): ChildReference[] {
  const { taskRuns, task, started, isFinally } = state;
  // In finally, Tekton forgets how the others ended once the task has started.
  const when = isFinally ? putInResults(task, tasks).when : (started?.when ?? task.when);
  return taskRuns.map((taskRun) => ({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    name: taskRun.metadata.name,
    displayName: displayName(plan, state, taskRun, tasks),
    pipelineTaskName: task.name,
    ...(when.length > 0 ? { whenExpressions: when.map(printWhen) } : {}),
  }));
}

/** A CEL expression stands alone; Go leaves an empty input out. */
function printWhen(when: WrittenWhen): WrittenWhen {
  if (when.cel !== undefined) return { cel: when.cel };
  if (!('input' in when) || when.input !== '') return when;
  const { operator, values } = when;
  return { operator, values };
}

/**
 * A skipped task with its reason as of now: Tekton asks again at each change, and once a task has failed everything before
 * finally that never started was stopped by that. In finally only a `when` that is false shows its expressions.
 */
function skippedTask({ skipped, isFinally }: TaskState, states: readonly TaskState[]): SkippedTask[] {
  if (!skipped) return [];
  const { whenExpressions: when, name, reason } = skipped;
  const shows = when && (!isFinally || reason === 'When Expressions evaluated to false');
  return [
    {
      name,
      reason: !isFinally && isStopping(states) ? 'PipelineRun was stopping' : reason,
      ...(shows ? { whenExpressions: when.map(printWhen) } : {}),
    },
  ];
}

function stateOf({ status, reason }: Condition): RunState {
  if (status === 'Unknown') return 'running';
  if (status === 'True') return 'succeeded';
  return reason === 'Cancelled' ? 'cancelled' : 'failed';
}
