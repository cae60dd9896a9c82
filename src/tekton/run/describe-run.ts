import type { PipelineRunPlan } from '../plan/types.ts';
import { pipelineResults } from './pipeline-results.ts';
import type { RunState } from './record.ts';
import type { ChildReference, Condition, PipelineRunObject, TaskRun } from './status.ts';
import type { TaskState } from './task-state.ts';

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
  times: { readonly start: string; readonly finally: string | undefined },
): PipelineRunResult {
  const states = [...tasks.values()];
  const isOver = condition.status !== 'Unknown';
  const skipped = states.flatMap((state) => state.skipped ?? []);
  const results = isOver ? pipelineResults(plan, tasks) : [];
  const pipelineRun: PipelineRunObject = {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: {
      name: plan.name,
      namespace: plan.namespace,
      uid: plan.uid,
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
      ...(isOver && plan.source.pipelineSpec ? { pipelineSpec: plan.source.pipelineSpec } : {}),
      ...(plan.source.refSource ? { provenance: { refSource: plan.source.refSource } } : {}),
      childReferences: states.flatMap(childReference),
      ...(skipped.length > 0 ? { skippedTasks: skipped } : {}),
    },
  };
  return { state: stateOf(condition), pipelineRun, taskRuns: states.flatMap((state) => state.taskRuns) };
}

function childReference({ taskRuns, task, started }: TaskState): ChildReference[] {
  const when = started?.when ?? task.when;
  return taskRuns.map((taskRun) => ({
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    name: taskRun.metadata.name,
    pipelineTaskName: task.name,
    ...(when.length > 0 ? { whenExpressions: when } : {}),
  }));
}

function stateOf({ status, reason }: Condition): RunState {
  if (status === 'Unknown') return 'running';
  if (status === 'True') return 'succeeded';
  return reason === 'Cancelled' ? 'cancelled' : 'failed';
}
