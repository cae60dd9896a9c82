import type { TektonFinding } from '../finding.ts';
import { parseParamReference, variablesOf } from '../substitution/variables.ts';
import type { Param, ParamSpec } from '../types.ts';

/** A parameter of a pipeline that is passed on to one of a task may have only values that the task allows, too. */
export function checkEnums(
  given: readonly Param[],
  ofTask: readonly ParamSpec[],
  ofPipeline: readonly ParamSpec[],
): TektonFinding[] {
  return given.flatMap(({ name, value, place }): TektonFinding[] => {
    const allowed = ofTask.find((spec) => spec.name === name)?.enum;
    if (!allowed || typeof value !== 'string') return [];
    const [key] = variablesOf(value);
    const source = key === undefined || value !== `$(${key})` ? undefined : parseParamReference(key)?.name;
    const passed = ofPipeline.find((spec) => spec.name === source);
    if (!passed || passed.type !== 'string' || passed.enum?.every((one) => allowed.includes(one))) return [];
    return [
      {
        code: 'tekton-invalid',
        severity: 'error',
        reason: 'InvalidParamValue',
        message: `The parameter "${passed.name}" may have values that "${name}" of the task may not.`,
        fix: `Give "${passed.name}" an enum out of ${allowed.join(', ')}.`,
        place,
      },
    ];
  });
}
