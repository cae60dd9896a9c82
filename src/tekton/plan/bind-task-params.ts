import type { TektonFinding } from '../finding.ts';
import { paramReplacements } from '../substitution/param-replacements.ts';
import { isObject } from '../substitution/replace.ts';
import type { Param, ParamSpec, ParamValue } from '../types.ts';
import { bindParams } from './bind-params.ts';

/**
 * The values of a Task's parameters as Tekton's `replacementsFromDefaultParams` binds them: the variables in a default stand for
 * the defaults of others, never for what is given; only the last of several is put in; and one without a default leaves the
 * parameter without a value, so that its variable stays as it is. Keys that are given lie over those of an object's default.
 */
export function bindTaskParams(
  declared: readonly ParamSpec[],
  given: readonly Param[],
): Map<string, ParamValue> {
  const values = defaultsOf(declared);
  for (const { name, value } of given) {
    const under = values.get(name);
    values.set(
      name,
      under !== undefined && isObject(under) && isObject(value) ? { ...under, ...value } : value,
    );
  }
  return values;
}

function defaultsOf(declared: readonly ParamSpec[]): Map<string, ParamValue> {
  const values = new Map<string, ParamValue>();
  const texts = new Map<string, string>();
  const add = (name: string, value: ParamValue) => {
    values.set(name, value);
    for (const [key, text] of paramReplacements([[name, value]]).texts) texts.set(key, text);
  };
  for (const { name, default: value } of declared) {
    if (value !== undefined && !namesOthers(value)) add(name, value);
  }
  for (const { name, default: value } of declared) {
    if (!namesOthers(value)) continue;
    for (const [variable, other] of value.matchAll(/\$\(params\.(.*?)\)/g)) {
      const text = texts.get(`params.${other}`);
      if (text !== undefined)
        add(
          name,
          value.replaceAll(variable, () => text),
        );
    }
  }
  return values;
}

/** Warns of the defaults that Tekton does not fill as they are written, when the run needs them. */
export function checkTaskDefaults(
  declared: readonly ParamSpec[],
  given: readonly Param[],
  consumer: Parameters<typeof bindParams>[2],
): TektonFinding[] {
  const bound = bindTaskParams(declared, given);
  const meant = bindParams(declared, given, consumer).values;
  return declared.flatMap(({ name, default: value }) => {
    if (value === undefined || given.some((param) => param.name === name)) return [];
    const made = bound.get(name);
    if (JSON.stringify(made) === JSON.stringify(meant.get(name))) return [];
    const becomes =
      made === undefined ? `leaves $(params.${name}) as it is` : `makes ${JSON.stringify(made)} of it`;
    return {
      code: 'tekton-invalid',
      severity: 'warning',
      message: `The default of "${name}", ${JSON.stringify(value)}, names other parameters, and Tekton ${becomes}: in a Task only the last variable of a text counts, and only a default is put in.`,
      fix: `Give "${name}" a value, or put the parameters together where they are used.`,
      place: consumer.place,
    } as const;
  });
}

function namesOthers(value: ParamValue | undefined): value is string {
  return typeof value === 'string' && value.includes('$(params.');
}
