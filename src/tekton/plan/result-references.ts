import { type ResultReference, parseResultReference, variablesOf } from '../substitution/variables.ts';
import type { PipelineTask, TaskSpec } from '../types.ts';
import { variablesIn } from './bind-params.ts';

/** The results of other tasks that a pipeline task takes, each of which is also an order. */
export function resultReferencesOf(
  task: Pick<PipelineTask, 'params' | 'matrix' | 'when' | 'workspaces'>,
  embedded: TaskSpec | undefined,
): ResultReference[] {
  const keys = [
    ...task.params.flatMap((param) => variablesIn(param.value)),
    ...[
      ...(task.matrix?.params ?? []),
      ...(task.matrix?.include ?? []).flatMap((item) => item.params),
    ].flatMap((param) => variablesIn(param.value)),
    ...task.when.flatMap((when) => [when.input, ...when.values, when.cel ?? ''].flatMap(variablesOf)),
    ...task.workspaces.flatMap((workspace) => variablesOf(workspace.subPath ?? '')),
    ...textsIn(stepsOf(embedded?.source)).flatMap(variablesOf),
  ];
  return [...new Set(keys)].flatMap((key) => parseResultReference(key) ?? []);
}

/** Steps and sidecars as they were written: a result may stand in any of their fields. */
function stepsOf(source: unknown): unknown {
  const { steps, sidecars } = (source ?? {}) as { steps?: unknown; sidecars?: unknown };
  return [steps, sidecars];
}

/** Every text in a value as it was written. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
