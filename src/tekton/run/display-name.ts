import type { PipelineRunPlan } from '../plan/types.ts';
import { isFields } from '../read/fields.ts';
import { paramReplacements, resultReplacements } from '../substitution/param-replacements.ts';
import { replaceText } from '../substitution/replace.ts';
import { parseResultReference, variablesOf } from '../substitution/variables.ts';
import type { TaskRun } from './status.ts';
import { resultOf, type TaskState } from './task-state.ts';

/**
 * What a TaskRun is called on a page: the `displayName` of its task, or the names of the entries of `include` that its
 * parameters fit; undefined when there is none (getDisplayName of Tekton).
 */
export function displayName(
  { source }: PipelineRunPlan,
  { task, isFinally }: TaskState,
  taskRun: TaskRun,
  states: ReadonlyMap<string, TaskState>,
): string | undefined {
  const spec = source.pipelineSpec as Record<string, unknown> | undefined;
  const written = listOf(spec?.[isFinally ? 'finally' : 'tasks']).find(({ name }) => name === task.name);
  if (!written) return undefined;
  const given = new Map((taskRun.spec.params ?? []).map(({ name, value }) => [name, value]));
  const fill = (text: unknown) => putInResults(replaceText(String(text), paramReplacements(given)), states);
  const fitting = listOf(isFields(written['matrix']) ? written['matrix']['include'] : undefined).filter(
    ({ name, params }) => name && listOf(params).every(fits),
  );
  if (fitting.length > 0) return fitting.map(({ name }) => fill(name)).join(' ');
  return written['displayName'] ? fill(written['displayName']) : undefined;

  function fits({ name, value }: Readonly<Record<string, unknown>>): boolean {
    return (
      typeof name === 'string' && given.has(name) && (typeof value !== 'string' || given.get(name) === value)
    );
  }
}

function putInResults(text: string, states: ReadonlyMap<string, TaskState>): string {
  const values = variablesOf(text).flatMap((key) => {
    const reference = parseResultReference(key);
    const value = reference && resultOf(states.get(reference.task), reference.result);
    return value === undefined ? [] : [{ ...reference!, value }];
  });
  return replaceText(text, resultReplacements(values));
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
