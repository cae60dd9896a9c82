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
    ...(embedded?.steps ?? []).flatMap((step) =>
      [
        step.script ?? '',
        ...step.command,
        ...step.args,
        ...step.env.map((variable) => variable.value ?? ''),
      ].flatMap(variablesOf),
    ),
    ...(embedded?.steps ?? []).flatMap((step) => step.params.flatMap((param) => variablesIn(param.value))),
  ];
  return [...new Set(keys)].flatMap((key) => parseResultReference(key) ?? []);
}
