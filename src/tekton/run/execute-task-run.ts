import { join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { childName } from '../plan/child-name.ts';
import type { PipelineRunPlan, PlannedTask } from '../plan/types.ts';
import { wrongOnError } from '../plan/wrong-on-error.ts';
import { printDuration } from '../read/duration.ts';
import { describeTaskRun, taskRunUid } from './describe-task-run.ts';
import type { StopReason } from './executor.ts';
import { StepCredentials } from './give-credentials.ts';
import type { SecretMask } from './mask-secrets.ts';
import { needsRealPaths } from './needs-real-paths.ts';
import { workFolder, type ExecuteOptions } from './options.ts';
import { specStatus } from './pipeline-condition.ts';
import { freshFolder, runContainers, type AttemptOutcome } from './run-attempt.ts';
import { reportLimit } from './report-limit.ts';
import { conditionAt, type Condition, type StepState, type TaskRun, type TaskRunStatus } from './status.ts';
import { makeStatusFolders, makeTaskFolders } from './task-folders.ts';
import { replaceTaskVariables } from './task-variables.ts';
import { startLimit } from './time-limit.ts';
import { copyNpmConfig } from './npm-config.ts';
import { openVolumes, openWorkspaces, workspaceNames } from './volumes.ts';
import { withoutPod } from './without-pod.ts';

/** What a TaskRun gets from the run around it. */
export interface TaskRunContext {
  readonly plan: PipelineRunPlan;
  readonly options: ExecuteOptions;
  readonly mask: SecretMask;
  /** Fires when the run is cancelled, or when its time is over (its reason is the sentence for the TaskRun). */
  readonly cancel: AbortSignal;
  readonly onChange: (taskRun: TaskRun) => void;
  readonly onProcessGroup: (processGroup: number) => void;
}

/** Runs a task with its retries, each attempt with its own time limit and new folders; never throws for a failing task. */
export async function executeTaskRun(task: PlannedTask, context: TaskRunContext): Promise<TaskRun> {
  const retries: TaskRunStatus[] = [];
  for (;;) {
    const status = await attemptTaskRun(task, retries, context);
    const condition = status.conditions[0]!;
    const mayRetry = condition.status === 'False' && condition.reason !== 'TaskRunCancelled';
    if (mayRetry && retries.length < task.retries && !context.cancel.aborted) {
      retries.push(status);
      continue;
    }
    const taskRun = describeTaskRun(task, context.plan, finalStatus(status, task, retries));
    context.onChange(taskRun);
    return taskRun;
  }
}

async function attemptTaskRun(
  task: PlannedTask,
  retries: readonly TaskRunStatus[],
  context: TaskRunContext,
): Promise<TaskRunStatus> {
  const { options, cancel } = context;
  const at = () => options.now().toISOString();
  const startTime = at();
  const stop = new AbortController();
  const end = (reason: StopReason) => () => stop.abort(reason);
  const onCancel = end('terminate');
  cancel.addEventListener('abort', onCancel, { once: true });
  if (cancel.aborted) onCancel();
  // Tekton looks neither at the Task nor at its steps when a TaskRun is to be cancelled from the start.
  if (context.plan.kind === 'TaskRun' && specStatus(context.plan) !== undefined) {
    const condition = outcomeCondition(task, { steps: [], results: [] }, stop.signal, cancel, startTime);
    return { podName: '', conditions: [condition], startTime, completionTime: startTime, steps: [] };
  }
  const endLimit = startLimit(task.timeout, end('kill'));
  const change = (steps: readonly StepState[]) =>
    context.onChange(
      describeTaskRun(task, context.plan, {
        podName: '',
        conditions: [running(startTime)],
        startTime,
        steps: [...steps],
        ...(retries.length > 0 ? { retriesStatus: retries } : {}),
      }),
    );
  options.onEvent?.({ type: 'task-started', at: startTime, task: task.label, attempt: retries.length });
  change([]);
  try {
    const outcome = await runInFolders(task, retries.length, stop.signal, context, change).catch(
      faultOfInput,
    );
    return {
      podName: '',
      conditions: [outcomeCondition(task, outcome, stop.signal, cancel, at())],
      startTime,
      completionTime: at(),
      steps: stop.signal.aborted ? outcome.steps.map(withoutResults) : outcome.steps,
      ...(outcome.sidecars ? { sidecars: outcome.sidecars } : {}),
      // Tekton reads the results when the Pod is over, and of a TaskRun that it ends before there is none any more.
      ...(outcome.results.length > 0 && !stop.signal.aborted ? { results: outcome.results } : {}),
      ...(outcome.source ? { taskSpec: outcome.source } : {}),
      ...(task.spec.refSource ? { provenance: { refSource: task.spec.refSource } } : {}),
    };
  } finally {
    endLimit();
    cancel.removeEventListener('abort', onCancel);
  }
}

function withoutResults({ results: _results, ...step }: StepState): StepState {
  return step;
}

/** Runs the steps of one attempt in folders of its own. */
async function runInFolders(
  task: PlannedTask,
  retryCount: number,
  stop: AbortSignal,
  { plan, options, mask, onProcessGroup }: TaskRunContext,
  onSteps: (steps: readonly StepState[]) => void,
): Promise<AttemptOutcome> {
  // No task of a pipeline has a dot in its name.
  const attempt = retryCount === 0 ? task.label : `${task.label}.retry${retryCount}`;
  const root = await freshFolder(join(workFolder(options), attempt));
  const hasRealPaths = await needsRealPaths(plan, options);
  const folders = await makeTaskFolders(root, task.spec, {
    hasRealPaths,
    isOpen: options.executor.kind === 'container',
  });
  if (options.executor.kind === 'process')
    await copyNpmConfig(options.env?.['npm_config_userconfig'], join(folders.home, '.npmrc'));
  const workspaces = await openWorkspaces(task, plan, root, options, hasRealPaths);
  const { spec, source } = replaceTaskVariables(task, {
    taskRun: { name: task.taskRunName, namespace: plan.namespace, uid: taskRunUid(plan, task) },
    retryCount,
    folders,
    workspaceNames: workspaceNames(task, plan),
    workspaces,
  });
  const fault = wrongOnError(spec);
  if (fault !== undefined) return withoutPod(fault, { task, spec, source, namespace: plan.namespace });
  await makeStatusFolders(folders, spec);
  const volumes = await openVolumes(spec, workspaces, plan, root, options);
  const podSecurity = podSecurityOf(plan);
  const credentials = new StepCredentials(plan, { task: task.name, folders, options });
  const context = {
    task: task.label,
    podName: childName(task.taskRunName, retryCount > 0 ? `-pod-retry${retryCount}` : '-pod'),
    spec,
    folders,
    volumes,
    options,
    mask,
    stop,
    podSecurity,
    credentials,
    reportLimit: reportLimit(source),
    onProcessGroup,
  };
  try {
    const failure = await options.executor.startGroup?.({
      id: root,
      run: plan.name,
      task: task.label,
      taskRun: task.taskRunName,
      containers: [
        ...spec.steps.map(({ name, image }) => ({ name: `step-${name}`, image })),
        ...spec.sidecars.map(({ name, image }) => ({ name: `sidecar-${name}`, image })),
      ],
      stop,
    });
    if (failure) return { steps: [], results: [], source, failure };
    const outcome = await runContainers(task, spec, context, onSteps);
    return { ...outcome, source };
  } finally {
    await credentials.remove();
    await options.executor.endGroup?.(root);
  }
}

function podSecurityOf({ kind, source }: PipelineRunPlan): unknown {
  type WithPod = { readonly podTemplate?: { readonly securityContext?: unknown } };
  const spec = source.spec as WithPod & { readonly taskRunTemplate?: WithPod };
  return (kind === 'TaskRun' ? spec : spec.taskRunTemplate)?.podTemplate?.securityContext;
}

/** A fault that shows only when values are put in, such as a path out of its volume, fails the task. */
function faultOfInput(error: unknown): AttemptOutcome {
  if (!(error instanceof BitiqError)) throw error;
  return { steps: [], results: [], failure: { reason: 'TaskRunValidationFailed', message: error.message } };
}

function outcomeCondition(
  task: PlannedTask,
  outcome: AttemptOutcome,
  stop: AbortSignal,
  cancel: AbortSignal,
  at: string,
): Condition {
  const condition = conditionAt(at);
  if (stop.aborted && stop.reason === ('kill' satisfies StopReason)) {
    const limit = printDuration(task.timeout);
    return condition(
      'False',
      'TaskRunTimeout',
      `TaskRun "${task.taskRunName}" failed to finish within "${limit}"`,
    );
  }
  if (stop.aborted) {
    const why = typeof cancel.reason === 'string' ? cancel.reason : '';
    return condition('False', 'TaskRunCancelled', `TaskRun "${task.taskRunName}" was cancelled. ${why}`);
  }
  if (!outcome.failure) return condition('True', 'Succeeded', 'All Steps have completed executing');
  return condition('False', outcome.failure.reason, outcome.failure.message);
}

/** Any other failure keeps its reason also when the pipeline goes on. */
const failuresOfPods = new Set(['StepFailed', 'StepOOM', 'SidecarFailed']);

/** The status of the last attempt, with the earlier ones, and with a failure of its Pod that the pipeline ignores marked so. */
function finalStatus(
  status: TaskRunStatus,
  task: PlannedTask,
  retries: readonly TaskRunStatus[],
): TaskRunStatus {
  const condition = status.conditions[0]!;
  const isIgnored = failuresOfPods.has(condition.reason) && task.onError === 'continue';
  return {
    ...status,
    conditions: [isIgnored ? { ...condition, reason: 'FailureIgnored' } : condition],
    ...(retries.length > 0 ? { retriesStatus: retries } : {}),
  };
}

function running(at: string): Condition {
  return {
    type: 'Succeeded',
    status: 'Unknown',
    reason: 'Running',
    message: 'Not all Steps in the Task have finished executing',
    lastTransitionTime: at,
  };
}
