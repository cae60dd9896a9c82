import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { printDuration } from '../read/duration.ts';
import type { TaskRun, TaskRunStatus } from './status.ts';

/** The TaskRun of a task with its status, as Tekton shows it. */
export function describeTaskRun(task: PlannedTask, plan: PipelineRunPlan, status: TaskRunStatus): TaskRun {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: {
      name: task.taskRunName,
      namespace: plan.namespace,
      uid: taskRunUid(plan, task),
      creationTimestamp: status.retriesStatus?.[0]?.startTime ?? status.startTime,
      labels: {
        ...plan.labels,
        ...(plan.kind === 'TaskRun' ? {} : labelsOfChild(task, plan)),
        ...(task.isEmbedded ? {} : { 'tekton.dev/task': task.taskName }),
      },
      annotations: plan.annotations,
    },
    spec: plan.kind === 'TaskRun' ? specOfRun(task, plan) : specOfChild(task, plan),
    status,
  };
}

/** By what a reader finds the TaskRuns of a PipelineRun. */
function labelsOfChild({ name }: PlannedTask, plan: PipelineRunPlan): Record<string, string> {
  return {
    'tekton.dev/pipelineRun': plan.name,
    'tekton.dev/pipelineRunUID': plan.uid,
    'tekton.dev/pipelineTask': name,
    'tekton.dev/memberOf': plan.finally.some((task) => task.name === name) ? 'finally' : 'tasks',
  };
}

/** The spec as it was written, with the defaults of Tekton's admission. */
function specOfRun(task: PlannedTask, plan: PipelineRunPlan): TaskRun['spec'] {
  const defaults = { serviceAccountName: 'default', timeout: printDuration(task.timeout) };
  const spec = plan.source.spec as TaskRun['spec'];
  return {
    ...defaults,
    ...spec,
    ...(spec.taskRef ? { taskRef: { ...spec.taskRef, kind: spec.taskRef.kind ?? 'Task' } } : {}),
  };
}

/** The spec that a PipelineRun gives to the TaskRun of a task. */
function specOfChild(task: PlannedTask, { source }: PipelineRunPlan): TaskRun['spec'] {
  return {
    params: task.params.map(({ name, value }) => ({ name, value })),
    serviceAccountName: 'default',
    ...(task.isEmbedded
      ? { taskSpec: task.spec.source }
      : {
          taskRef: fetchedReference(task, source.pipelineSpec) ?? {
            name: task.taskName,
            kind: 'Task' as const,
          },
        }),
    timeout: printDuration(task.timeout),
    ...(task.retries > 0 ? { retries: task.retries } : {}),
  };
}

/** The reference of a task that a resolver has fetched, as it is written. */
function fetchedReference(task: PlannedTask, pipelineSpec: unknown): TaskRun['spec']['taskRef'] {
  if (!task.spec.refSource) return undefined;
  type Written = { readonly name?: string; readonly taskRef?: TaskRun['spec']['taskRef'] };
  const { tasks = [], finally: lastly = [] } = pipelineSpec as { tasks?: Written[]; finally?: Written[] };
  return [...tasks, ...lastly].find(({ name }) => name === task.name)?.taskRef;
}

/** The uid of the TaskRun of a task. */
export function taskRunUid(plan: PipelineRunPlan, task: PlannedTask): string {
  return plan.kind === 'TaskRun' ? plan.uid : `${plan.uid}-${task.label}`;
}
