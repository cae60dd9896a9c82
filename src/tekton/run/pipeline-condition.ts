import { printDuration } from '../read/duration.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { pipelineResults } from './pipeline-results.ts';
import { conditionAt, type Condition } from './status.ts';
import { isOver, type TaskState } from './task-state.ts';

/** Why a run ends other than by its tasks. */
export type RunEnd =
  | { readonly kind: 'cancelled' }
  /** The tasks of the graph end (`cancelled`) or only no more start (`stopped`), and `finally` runs. */
  | { readonly kind: 'gracefully'; readonly how: 'cancelled' | 'stopped' }
  | { readonly kind: 'timeout'; readonly part: 'pipeline' | 'tasks' | 'finally' }
  | { readonly kind: 'broken'; readonly reason: string; readonly message: string };

/** The end that a word of `spec.status`, or the reason of a signal, asks for. */
export function endFor(word: unknown): RunEnd {
  if (word === 'CancelledRunFinally') return { kind: 'gracefully', how: 'cancelled' };
  if (word === 'StoppedRunFinally') return { kind: 'gracefully', how: 'stopped' };
  return { kind: 'cancelled' };
}

/** What `spec.status` of the file asks for before anything runs. */
export function specStatus({ source }: PipelineRunPlan): string | undefined {
  return (source.spec as { readonly status?: string }).status || undefined;
}

/** The final condition of a run, with Tekton's reason and message. */
export function finalCondition(
  plan: PipelineRunPlan,
  tasks: ReadonlyMap<string, TaskState>,
  end: RunEnd | undefined,
  at: string,
): Condition {
  const condition = conditionAt(at);
  if (end?.kind === 'cancelled')
    return condition('False', 'Cancelled', `PipelineRun "${plan.name}" was cancelled`);
  if (end?.kind === 'broken') return condition('False', end.reason, end.message);
  const states = [...tasks.values()];
  const { invalid } = pipelineResults(plan, tasks);
  if (invalid.length > 0) {
    const why = `invalid pipelineresults [${invalid.join(' ')}], the referenced results don't exist`;
    const what = `Failed to get PipelineResult from TaskRun Results for PipelineRun ${plan.name}`;
    return condition('False', 'CouldntGetPipelineResult', `${what}: ${why}`);
  }
  if (end?.kind === 'timeout' && end.part !== 'finally') {
    const limit = printDuration(plan.timeouts[end.part]);
    const subject = end.part === 'tasks' ? 'failed due to tasks failed to finish' : 'failed to finish';
    return condition(
      'False',
      'PipelineRunTimeout',
      `PipelineRun "${plan.name}" ${subject} within "${limit}"`,
    );
  }
  const message = countTasks(states, end?.kind === 'timeout');
  const has = (phase: string) => states.some((state) => state.phase === phase);
  if (has('invalid')) return condition('False', 'PipelineValidationFailed', message);
  if (has('failed')) return condition('False', 'Failed', message);
  if (end?.kind === 'gracefully')
    return condition('False', 'Cancelled', `PipelineRun "${plan.name}" was cancelled`);
  if (has('cancelled')) return condition('False', 'Cancelled', message);
  return condition('True', has('skipped') ? 'Completed' : 'Succeeded', message);
}

/** The condition of a run that goes on. */
export function runningCondition(
  states: readonly TaskState[],
  end: RunEnd | undefined,
  at: string,
): Condition {
  const reasons = { cancelled: 'CancelledRunningFinally', stopped: 'StoppedRunningFinally' } as const;
  return {
    type: 'Succeeded',
    status: 'Unknown',
    reason:
      end?.kind === 'gracefully' ? reasons[end.how] : isStopping(states) ? 'PipelineRunStopping' : 'Running',
    message: countTasks(states),
    lastTransitionTime: at,
  };
}

/** A failure stops a run at once only when nothing under finally is left to do. */
function isStopping(states: readonly TaskState[]): boolean {
  const has = (wanted: string) => states.some(({ phase }) => phase === wanted);
  const isWaiting = states.some((state) => state.isFinally && !isOver(state));
  return has('cancelled') || (has('failed') && !isWaiting);
}

/** What a time limit cancelled has failed. */
function countTasks(states: readonly TaskState[], isLate = false): string {
  const phaseOf = ({ phase }: TaskState) => (isLate && phase === 'cancelled' ? 'failed' : phase);
  const count = (...phases: string[]) => states.filter((state) => phases.includes(phaseOf(state))).length;
  const ignored = count('ignored');
  const failed = count('failed') + ignored;
  const incomplete = count('waiting', 'running');
  const completed = count('succeeded', 'cancelled') + failed;
  const failures = ignored > 0 ? `Failed: ${failed} (Ignored: ${ignored})` : `Failed: ${failed}`;
  const rest = incomplete > 0 ? `, Incomplete: ${incomplete}` : '';
  const counts = `Tasks Completed: ${completed} (${failures}, Cancelled ${count('cancelled')})${rest}, Skipped: ${count('skipped')}`;
  return incomplete > 0 ? counts : `${counts}${invalidTasks(states)}`;
}

/** The tasks that never started for a missing result, with at most 1024 characters of why. */
function invalidTasks(states: readonly TaskState[]): string {
  const invalid = states.filter(({ phase }) => phase === 'invalid');
  if (invalid.length === 0) return '';
  const sorted = invalid.sort((a, b) => (a.task.name < b.task.name ? -1 : 1));
  const why = sorted.map(({ fault }) => fault).join('; ');
  return `, Failed Validation: ${invalid.length} (${why.length > 1024 ? `${why.slice(0, 1024)}...` : why})`;
}
