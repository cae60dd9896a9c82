import { variablesIn } from '../plan/bind-params.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { resultReplacements } from '../substitution/param-replacements.ts';
import { isList, replaceValue } from '../substitution/replace.ts';
import { parseResultReference, type ResultReference } from '../substitution/variables.ts';
import type { ParamValue } from '../types.ts';
import { resultOf, type TaskState } from './task-state.ts';

/**
 * The results of a run. One that names what a task did not write is left out, and `invalid` when that task succeeded, or when it
 * names an index or a key that is not there: each of these fails the run.
 */
export function pipelineResults(
  plan: Pick<PipelineRunPlan, 'results'>,
  states: ReadonlyMap<string, TaskState>,
): { readonly results: { name: string; value: ParamValue }[]; readonly invalid: string[] } {
  const invalid: string[] = [];
  const results = plan.results.flatMap(({ name, value }) => {
    const keys = variablesIn(value).filter((key) => parseResultReference(key));
    if (keys.length === 0) return [];
    let result = value;
    let isWhole = true;
    for (const key of keys) {
      const reference = parseResultReference(key)!;
      const state = states.get(reference.task);
      const found = resultOf(state, reference.result);
      if (found === undefined || isBeyond(found, reference)) {
        isWhole = false;
        if (found !== undefined || state?.phase === 'succeeded') invalid.push(name);
        continue;
      }
      const root = key.startsWith('finally.') ? 'finally' : 'tasks';
      result = replaceValue(result, resultReplacements([{ ...reference, value: found }], root));
    }
    return isWhole && !variablesIn(result).some((key) => keys.includes(key)) ? [{ name, value: result }] : [];
  });
  return { results, invalid };
}

function isBeyond(found: ParamValue, { index, key }: ResultReference): boolean {
  if (index !== undefined && index !== '*') return isList(found) && Number(index) >= found.length;
  return key !== undefined && (typeof found === 'string' || isList(found) || !Object.hasOwn(found, key));
}
