import { variablesIn } from '../plan/bind-params.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { resultReplacements } from '../substitution/param-replacements.ts';
import { isList, replaceValue, texts } from '../substitution/replace.ts';
import { parseResultReference, type ResultReference } from '../substitution/variables.ts';
import type { ParamValue } from '../types.ts';
import { resultOf, type TaskState } from './task-state.ts';

/**
 * The results of a run. One that names what a task did not write is left out, and `invalid` when that task succeeded, or when it
 * names an index or a key that is not there: each of these fails the run. Of a matrix Tekton knows results only once another
 * task takes one of them, and of an array that is named alone it takes the first item.
 */
export function pipelineResults(
  plan: Pick<PipelineRunPlan, 'results'>,
  states: ReadonlyMap<string, TaskState>,
): { readonly results: { name: string; value: ParamValue }[]; readonly invalid: string[] } {
  const invalid: string[] = [];
  const taken = new Set([...states.values()].flatMap(({ task }) => task.results.map((one) => one.task)));
  const results = plan.results.flatMap(({ name, value }) => {
    const keys = variablesIn(value).filter((key) => parseResultReference(key));
    if (keys.length === 0) return [];
    let result = value;
    let isWhole = true;
    for (const key of keys) {
      const reference = parseResultReference(key)!;
      const state = states.get(reference.task);
      const isKnown = !state?.task.matrix || taken.has(reference.task);
      const found = isKnown ? resultOf(state, reference.result) : undefined;
      if (found === undefined || isBeyond(found, reference)) {
        isWhole = false;
        if (found !== undefined || state?.phase === 'succeeded') invalid.push(name);
        continue;
      }
      if (isList(found) && reference.index === undefined) {
        result = replaceValue(result, texts([[key, found[0]!]]));
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
  if (isList(found)) return index !== '*' && Number(index ?? 0) >= found.length;
  return key !== undefined && (typeof found === 'string' || !Object.hasOwn(found, key));
}
