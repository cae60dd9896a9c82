import { typeOf } from '../read/params.ts';
import type { Param, ParamSpec, ParamType, ParamValue } from '../types.ts';

/**
 * The value that a text of a command line has as a parameter of the type: an array is separated by commas or JSON, an object is
 * JSON. Undefined when it is not one.
 */
export function readGivenText(text: string, type: ParamType): ParamValue | undefined {
  if (type === 'string') return text;
  const value = fromJson(text);
  if (type === 'array') {
    if (Array.isArray(value)) return value.map(asText);
    return text === '' ? [] : text.split(',');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
}

/** The run with each text whose type was not known before as a value of the type that is declared, where it is one. */
export function readGivenTexts<Run extends { readonly params: readonly Param[] }>(
  run: Run,
  declared: readonly ParamSpec[],
): Run {
  const params = run.params.map((param) => {
    const type = declared.find(({ name }) => name === param.name)?.type ?? 'string';
    if (!param.isGivenText || typeof param.value !== 'string' || type === typeOf(param.value)) return param;
    return { ...param, value: readGivenText(param.value, type) ?? param.value };
  });
  return { ...run, params };
}

/** The value of a JSON text; undefined for any other. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
