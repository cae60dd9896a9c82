import type { TektonFinding } from '../finding.ts';
import { isFields } from '../read/fields.ts';
import { isObject } from '../substitution/replace.ts';
import { variablesOf } from '../substitution/variables.ts';
import type { Param, ParamSpec } from '../types.ts';
import { textsIn } from './result-references.ts';

/**
 * Reports variables of keys that an object of a Pipeline has only in its default while the run gives other keys: Tekton then puts
 * nothing in, and refuses the task once it starts.
 */
export function checkLostKeys(
  pipelineSpec: unknown,
  declared: readonly ParamSpec[],
  given: readonly Param[],
): TektonFinding[] {
  return declared.flatMap(({ name, default: value }) => {
    const own = given.find((param) => param.name === name);
    if (!own || value === undefined || !isObject(own.value) || !isObject(value)) return [];
    const there = new Set(Object.keys(own.value));
    const lost = Object.keys(value).filter((key) => !there.has(key));
    if (lost.length === 0) return [];
    const used = new Set(textsIn(withoutOwn(pipelineSpec, name)).flatMap(variablesOf));
    return lost
      .filter((key) => used.has(`params.${name}.${key}`))
      .map((key) => ({
        code: 'tekton-invalid',
        severity: 'error',
        reason: 'ObjectParameterMissKeys',
        message: `The parameter "${name}" is given without "${key}", and $(params.${name}.${key}) is used: once an object is given, Tekton puts no key of its default into a Pipeline.`,
        fix: `Give "${key}" as well, which is ${JSON.stringify(value[key])} in the default.`,
        place: own.place,
      }));
  });
}

/** The tasks of a pipeline without the embedded ones that declare the parameter themselves. */
function withoutOwn(pipelineSpec: unknown, name: string): unknown {
  if (!isFields(pipelineSpec)) return undefined;
  const shorten = (tasks: unknown): unknown =>
    (Array.isArray(tasks) ? tasks : []).map((task: unknown) => {
      if (!isFields(task) || !isFields(task['taskSpec'])) return task;
      const params: unknown = task['taskSpec']['params'];
      const isOwn =
        Array.isArray(params) && params.some((param) => isFields(param) && param['name'] === name);
      return isOwn ? { ...task, taskSpec: undefined } : task;
    });
  return [shorten(pipelineSpec['tasks']), shorten(pipelineSpec['finally'])];
}
