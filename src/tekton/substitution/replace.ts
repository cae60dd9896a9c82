import type { ParamValue } from '../types.ts';
import { variable } from './variables.ts';

/** What one phase of substitution knows: texts, whole arrays and whole objects, each by its key without `$(` and `)`. */
export interface Replacements {
  readonly texts: ReadonlyMap<string, string>;
  readonly arrays: ReadonlyMap<string, readonly string[]>;
  readonly objects: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Replacements of texts only. */
export function texts(entries: Iterable<readonly [string, string]>): Replacements {
  return { texts: new Map(entries), arrays: new Map(), objects: new Map() };
}

/** Replaces every known `$(key)` in one pass: what is put in is not looked at again, unknown variables stay. */
export function replaceText(text: string, { texts }: Replacements): string {
  if (!text.includes('$(')) return text;
  return text.replace(variable, (whole, key: string) => texts.get(key) ?? whole);
}

/** Replaces in each item; an item that is exactly one whole array becomes that array's items. */
export function replaceList(items: readonly string[], replacements: Replacements): string[] {
  return items.flatMap((item) => wholeArray(item, replacements) ?? [replaceText(item, replacements)]);
}

/** Replaces in a parameter value; a text that is exactly one whole array or object takes over its type. */
export function replaceValue(value: ParamValue, replacements: Replacements): ParamValue {
  if (typeof value === 'string') {
    return (
      wholeArray(value, replacements) ?? wholeObject(value, replacements) ?? replaceText(value, replacements)
    );
  }
  if (isList(value)) return replaceList(value, replacements);
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => [key, replaceText(text, replacements)]),
  );
}

export function isList(value: ParamValue): value is readonly string[] {
  return Array.isArray(value);
}

export function isObject(value: ParamValue): value is Readonly<Record<string, string>> {
  return typeof value !== 'string' && !isList(value);
}

function wholeArray(text: string, { arrays }: Replacements): readonly string[] | undefined {
  return arrays.size > 0 ? arrays.get(wholeKey(text)) : undefined;
}

function wholeObject(text: string, { objects }: Replacements): Readonly<Record<string, string>> | undefined {
  return objects.size > 0 ? objects.get(wholeKey(text)) : undefined;
}

function wholeKey(text: string): string {
  const key = /^\$\(([^()]*)\)$/.exec(text)?.[1] ?? '';
  return key.endsWith('[*]') ? key.slice(0, -3) : key;
}
