import type { ParamValue } from '../types.ts';
import { isList, type Replacements } from './replace.ts';

/** The replacements for parameters, in the three spellings `params.x`, `params["x"]` and `params['x']`. */
export function paramReplacements(params: Iterable<readonly [string, ParamValue]>): Replacements {
  return valueReplacements([...params].map(([name, value]) => paramTarget(name, value, [])));
}

/** The same inside a Task, where Tekton still knows the old spelling `inputs.params.x`, too. */
export function taskParamReplacements(params: Iterable<readonly [string, ParamValue]>): Replacements {
  return valueReplacements(
    [...params].map(([name, value]) => paramTarget(name, value, [`inputs.params.${name}`])),
  );
}

function paramTarget(name: string, value: ParamValue, more: readonly string[]): Target {
  return {
    targets: [`params.${name}`, `params["${name}"]`, `params['${name}']`, ...more],
    keyTargets: [`params.${name}`, ...more],
    value,
  };
}

/** The replacements for results of tasks, in the three spellings that Tekton knows. */
export function resultReplacements(
  results: Iterable<{ readonly task: string; readonly result: string; readonly value: ParamValue }>,
  root: 'tasks' | 'finally' = 'tasks',
): Replacements {
  return valueReplacements(
    [...results].map(({ task, result, value }) => {
      const place = `${root}.${task}.results`;
      const targets = [`${place}.${result}`, `${place}["${result}"]`, `${place}['${result}']`];
      return { targets, keyTargets: targets, value };
    }),
  );
}

interface Target {
  readonly targets: readonly string[];
  readonly keyTargets: readonly string[];
  readonly value: ParamValue;
}

function valueReplacements(all: readonly Target[]): Replacements {
  const texts = new Map<string, string>();
  const arrays = new Map<string, readonly string[]>();
  const objects = new Map<string, Readonly<Record<string, string>>>();
  for (const { targets, keyTargets, value } of all) {
    for (const target of targets) {
      if (typeof value === 'string') texts.set(target, value);
      else if (isList(value)) {
        arrays.set(target, value);
        value.forEach((item, index) => texts.set(`${target}[${index}]`, item));
      } else objects.set(target, value);
    }
    if (typeof value === 'string' || isList(value)) continue;
    for (const [key, text] of Object.entries(value)) {
      for (const target of keyTargets)
        texts.set(target.endsWith(']') ? `${target}[${key}]` : `${target}.${key}`, text);
    }
  }
  return { texts, arrays, objects };
}
