import { variablesIn } from '../plan/bind-params.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { resultReplacements } from '../substitution/param-replacements.ts';
import { replaceValue } from '../substitution/replace.ts';
import { parseResultReference } from '../substitution/variables.ts';
import type { ParamValue } from '../types.ts';
import { resultOf, type TaskState } from './task-state.ts';

/** The results of a run; one that names a result which no task wrote is left out. */
export function pipelineResults(
  plan: PipelineRunPlan,
  states: ReadonlyMap<string, TaskState>,
): { name: string; value: ParamValue }[] {
  return plan.results.flatMap(({ name, value }) => {
    const keys = variablesIn(value).filter((key) => parseResultReference(key));
    if (keys.length === 0) return [];
    let result = value;
    for (const key of keys) {
      const reference = parseResultReference(key)!;
      const found = resultOf(states.get(reference.task), reference.result);
      if (found === undefined) return [];
      const root = key.startsWith('finally.') ? 'finally' : 'tasks';
      result = replaceValue(result, resultReplacements([{ ...reference, value: found }], root));
    }
    // An index or key that is not there leaves its variable, and the result is left out.
    return variablesIn(result).some((key) => keys.includes(key)) ? [] : [{ name, value: result }];
  });
}
