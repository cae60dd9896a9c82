import type { Place } from '../../model/errors.ts';
import type { TektonFinding } from '../finding.ts';
import { isList } from '../substitution/replace.ts';
import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { ParamValue, TaskSpec } from '../types.ts';
import { variablesIn } from './bind-params.ts';
import { textsIn } from './result-references.ts';
import type { PlannedTask } from './types.ts';

/** Indices outside an array: after all values are put in, they are the variables of arrays that are still there. */
export function checkIndices(
  task: Pick<PlannedTask, 'params' | 'matrix' | 'when' | 'workspaces' | 'place'>,
  params: ReadonlyMap<string, ParamValue>,
): TektonFinding[] {
  const given = [
    ...task.params,
    ...(task.matrix?.params ?? []),
    ...(task.matrix?.include ?? []).flatMap((item) => item.params),
  ];
  return [
    ...given.flatMap((param) => indexFaults(variablesIn(param.value), params, param.place)),
    ...task.when.flatMap((when) =>
      indexFaults(variablesIn([when.input, ...when.values]), params, task.place),
    ),
    ...task.workspaces.flatMap((one) => indexFaults(variablesOf(one.subPath ?? ''), params, one.place)),
  ];
}

/** The same in the steps, sidecars and volumes of a task, whose own parameters these are. */
export function checkSpecIndices(spec: TaskSpec, params: ReadonlyMap<string, ParamValue>): TektonFinding[] {
  return indexFaults([...new Set(textsIn(spec.source).flatMap(variablesOf))], params, spec.place);
}

function indexFaults(
  keys: readonly string[],
  params: ReadonlyMap<string, ParamValue>,
  place: Place,
): TektonFinding[] {
  return keys.flatMap((key): TektonFinding[] => {
    const reference = parseParamReference(key);
    const list = reference && params.get(reference.name);
    if (list === undefined || !isList(list) || reference?.index === undefined || reference.index === '*')
      return [];
    if (Number(reference.index) < list.length) return [];
    return [
      {
        code: 'tekton-invalid',
        severity: 'error',
        reason: 'ParamArrayIndexingInvalid',
        message: `$(${key}) is outside the array "${reference.name}", which has ${list.length} items.`,
        fix: 'Use a smaller index.',
        place,
      },
    ];
  });
}
