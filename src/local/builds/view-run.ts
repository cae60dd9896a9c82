import type { RunView, StepView, TaskView } from '../../model/loop-view.ts';
import type { RunRecord, RecordedTask } from '../../tekton/index.ts';
import type { StepState, TaskRun } from '../../tekton/index.ts';
import type { RunRequest } from './run-request.ts';

/** A run as the board shows it, from its request and its record; without a record it waits for its turn. */
export function viewRun(request: RunRequest, record: RunRecord | undefined, interrupted: boolean): RunView {
  const base = {
    run: request.name,
    service: request.service,
    revision: request.revision,
    subject: request.subject,
  };
  if (record === undefined) {
    return { ...base, state: interrupted ? 'interrupted' : 'running', started: request.created, tasks: [] };
  }
  const status = record.pipelineRun.status;
  const condition = status.conditions[0];
  const tag = status.results?.find((result) => result.name === 'tag')?.value;
  const state = interrupted ? 'interrupted' : record.state;
  return {
    ...base,
    tag: typeof tag === 'string' ? tag : undefined,
    state,
    message:
      state === 'failed' || state === 'cancelled' ? (failureOf(record) ?? condition?.message) : undefined,
    started: status.startTime,
    duration: between(status.startTime, status.completionTime),
    tasks: record.tasks.map((task) => viewTask(task, record)),
  };
}

function viewTask(task: RecordedTask, record: RunRecord): TaskView {
  const run = taskRunOf(task.name, record);
  const isSkipped = record.pipelineRun.status.skippedTasks?.some((each) => each.name === task.name) ?? false;
  const condition = run?.status.conditions[0];
  const states = { True: 'succeeded', False: 'failed', Unknown: 'running' } as const;
  const over = record.state !== 'running';
  return {
    task: task.name,
    state:
      condition === undefined
        ? isSkipped || over
          ? 'skipped'
          : 'waiting'
        : condition.reason === 'TaskRunCancelled'
          ? 'cancelled'
          : states[condition.status],
    duration: run && between(run.status.startTime, run.status.completionTime),
    message: condition?.status === 'False' ? condition.message : undefined,
    steps: task.steps.map(({ name }) =>
      viewStep(
        name,
        run?.status.steps.find((step) => step.name === name),
        run,
      ),
    ),
  };
}

function viewStep(step: string, state: StepState | undefined, run: TaskRun | undefined): StepView {
  const isOver = run?.status.completionTime !== undefined;
  if (state?.terminated) {
    if (state.terminationReason === 'Skipped') return { step, state: 'skipped' };
    return { step, state: state.terminated.exitCode === 0 ? 'succeeded' : 'failed' };
  }
  if (state?.running) return { step, state: 'running' };
  return { step, state: isOver ? 'skipped' : 'waiting' };
}

/** Which task failed, and with what, as a sentence. */
function failureOf(record: RunRecord): string | undefined {
  for (const task of record.tasks) {
    const condition = taskRunOf(task.name, record)?.status.conditions[0];
    if (condition?.status === 'False') return `The task ${task.name} failed: ${condition.message}`;
  }
  return undefined;
}

function taskRunOf(task: string, record: RunRecord): TaskRun | undefined {
  const name = record.pipelineRun.status.childReferences.find(
    (child) => child.pipelineTaskName === task,
  )?.name;
  return record.taskRuns.find((run) => run.metadata.name === name);
}

function between(start: string, end: string | undefined): number | undefined {
  return end === undefined ? undefined : Math.max(0, Date.parse(end) - Date.parse(start));
}
