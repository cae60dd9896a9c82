import { dependenciesOf } from '../plan/check-task.ts';
import { valuesOf } from '../plan/fan-out.ts';
import type { PlannedTask } from '../plan/types.ts';
import { resultReplacements } from '../substitution/param-replacements.ts';
import { replacePipelineTask, replaceTask } from '../substitution/replace-task.ts';
import { isList, texts } from '../substitution/replace.ts';
import type { ResultReference } from '../substitution/variables.ts';
import { isOver, matrixVariables, resultOf, statusVariables, type TaskState } from './task-state.ts';
import { allHold, celFault } from './when.ts';

/** What is to be done with a task that waits. */
export type Decision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'start'; readonly task: PlannedTask }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly task: PlannedTask }
  | { readonly kind: 'invalid'; readonly message: string }
  /** A reference of it that has no value in any case, which ends the whole run. */
  | { readonly kind: 'unresolved'; readonly message: string }
  /** CEL that cannot be evaluated, which ends the whole run, too. */
  | { readonly kind: 'broken'; readonly fault: string };

export type SkipReason =
  | 'When Expressions evaluated to false'
  | 'Parent Tasks were skipped'
  | 'PipelineRun was stopping'
  | 'PipelineRun was gracefully cancelled'
  | 'PipelineRun was gracefully stopped'
  | 'Results were missing'
  | 'Matrix Parameters have an empty array'
  | 'PipelineRun timeout has been reached'
  | 'PipelineRun Tasks timeout has been reached'
  | 'PipelineRun Finally timeout has been reached';

/**
 * Decides about a task of the graph in Tekton's order of reasons: the run is stopping, then `when`, then skipped parents,
 * then missing results, then a time limit. A parent skipped by its `when` stops only those that take its results.
 */
export function decideTask(
  state: TaskState,
  states: ReadonlyMap<string, TaskState>,
  stopping: SkipReason | undefined,
): Decision {
  const { task } = state;
  const beyond = beyondTheEnd(task, states);
  if (beyond !== undefined) return { kind: 'unresolved', message: beyond };
  if (stopping && !isTimeLimit(stopping)) return { kind: 'skip', reason: stopping, task };
  const parents = dependenciesOf(task).map((name) => states.get(name)!);
  if (!parents.every(isOver)) return { kind: 'wait' };
  const missing = missingResults(task, states);
  const broken = missing.find(({ task: name }) => hasRun(states.get(name)));
  const replaced = putInResults(task, states);
  const fault = missing.length === 0 ? celFault(replaced.when) : undefined;
  if (fault) return { kind: 'broken', fault };
  // With a result missing its variable is compared as it stands, and CEL, which could not be read, is left for later.
  const known = missing.length === 0 ? replaced.when : replaced.when.filter(({ cel }) => cel === undefined);
  if (!allHold(known)) {
    return { kind: 'skip', reason: 'When Expressions evaluated to false', task: replaced };
  }
  const isParentSkip = parents.some(
    (parent) =>
      parent.phase === 'skipped' && parent.skipped?.reason !== 'When Expressions evaluated to false',
  );
  if (isParentSkip) return { kind: 'skip', reason: 'Parent Tasks were skipped', task: replaced };
  if (broken && task.onError !== 'continue') {
    return { kind: 'invalid', message: missingResult(broken, task, states) };
  }
  if (missing.length > 0) return { kind: 'skip', reason: 'Results were missing', task: replaced };
  if (stopping) return { kind: 'skip', reason: stopping, task: replaced };
  return startUnlessEmpty(replaced);
}

/** Decides about a task of finally, which starts when the graph is over; missing results only skip it. */
export function decideFinally(
  state: TaskState,
  states: ReadonlyMap<string, TaskState>,
  stopping: SkipReason | undefined,
): Decision {
  const beyond = beyondTheEnd(state.task, states);
  if (beyond !== undefined) return { kind: 'unresolved', message: beyond };
  const graph = [...states.values()].filter((other) => !other.isFinally);
  const withStatus = replacePipelineTask(state.task, texts(statusVariables(graph)));
  const task = putInResults(withStatus, states);
  const missing = missingResults(state.task, states);
  const fault = missing.length === 0 ? celFault(task.when) : undefined;
  if (fault) return { kind: 'broken', fault };
  if (missing.length === 0 && !allHold(task.when)) {
    return { kind: 'skip', reason: 'When Expressions evaluated to false', task };
  }
  if (missing.length > 0) return { kind: 'skip', reason: 'Results were missing', task };
  if (stopping) return { kind: 'skip', reason: stopping, task };
  return startUnlessEmpty(task);
}

/** A time limit is the reason of a task only when it has no other. */
function isTimeLimit(reason: SkipReason): boolean {
  return reason.endsWith('timeout has been reached');
}

function startUnlessEmpty(task: PlannedTask): Decision {
  const isEmpty = task.matrix?.params.some((param) => valuesOf(param).length === 0);
  return isEmpty
    ? { kind: 'skip', reason: 'Matrix Parameters have an empty array', task }
    : { kind: 'start', task };
}

/** The task with the results of others in it, as far as they are written. */
export function putInResults(task: PlannedTask, states: ReadonlyMap<string, TaskState>): PlannedTask {
  const values = task.results.flatMap(({ task: name, result }) => {
    const value = resultOf(states.get(name), result);
    return value === undefined ? [] : [{ task: name, result, value }];
  });
  const replacements = resultReplacements(values);
  const lengths = texts(matrixVariables(states.values()));
  const replaced = replacePipelineTask(replacePipelineTask(task, replacements), lengths);
  return task.isEmbedded ? { ...replaced, spec: replaceTask(task.spec, replacements) } : replaced;
}

function missingResults(task: PlannedTask, states: ReadonlyMap<string, TaskState>): ResultReference[] {
  return task.results.filter(({ task: name, result, index, key }) => {
    const value = resultOf(states.get(name), result);
    if (value === undefined) return true;
    if (index !== undefined && index !== '*') return !isList(value) || Number(index) >= value.length;
    return key !== undefined && (typeof value === 'string' || isList(value) || !(key in value));
  });
}

/** The sentence about an index that a list of the results has not; undefined without one. */
function beyondTheEnd({ results }: PlannedTask, states: ReadonlyMap<string, TaskState>): string | undefined {
  for (const { task, result, index } of results) {
    const value = resultOf(states.get(task), result);
    if (index === undefined || index === '*' || value === undefined || !isList(value)) continue;
    if (Number(index) >= value.length)
      return `array Result Index ${index} for Task ${task} Result ${result} is out of bound of size ${value.length}`;
  }
  return undefined;
}

function missingResult(
  { task: name, result }: ResultReference,
  { name: target }: PlannedTask,
  states: ReadonlyMap<string, TaskState>,
): string {
  if (states.get(name)?.phase !== 'succeeded')
    return `Invalid task result reference: Could not find result with name ${result} for pipeline task ${name}`;
  return `task "${name}" completed successfully but did not emit the result "${result}", which is referenced by task "${target}"`;
}

function hasRun(state: TaskState | undefined): boolean {
  return state?.phase === 'succeeded' || state?.phase === 'ignored';
}
