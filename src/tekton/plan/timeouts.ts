import { parseDuration } from '../read/duration.ts';
import type { PipelineRun, PipelineTask } from '../types.ts';

const hour = 3_600_000;

/** The limits of a run in milliseconds: one hour by default, a missing part is what the others leave. */
export function planTimeouts(run: Pick<PipelineRun, 'timeouts'>) {
  const given = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));
  const pipeline = given(run.timeouts.pipeline) ?? hour;
  const tasks = given(run.timeouts.tasks);
  const lastly = given(run.timeouts.finally);
  const rest = (other: number | undefined) => (other === undefined || pipeline === 0 ? 0 : pipeline - other);
  return { pipeline, tasks: tasks ?? rest(lastly), finally: lastly ?? rest(tasks) };
}

/** Milliseconds for an attempt of a task: that of the run for this task, else of the pipeline, else one hour. */
export function taskTimeout(task: PipelineTask, run: PipelineRun, replace: (text: string) => string): number {
  const text = run.taskTimeouts[task.name] ?? task.timeout;
  return (text === undefined ? undefined : parseDuration(replace(text))) ?? hour;
}
