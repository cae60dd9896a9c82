import { type Replacements, replaceList, replaceText } from './replace.ts';

/** Fields in which Tekton puts nothing: declarations, which say what may be given. */
const declarations = new Set(['description', 'displayName', 'results']);

/** Replaces in every text of a spec as it was written, for the status of a run. */
export function replaceDeep(value: unknown, replacements: Replacements): unknown {
  if (typeof value === 'string') return replaceText(value, replacements);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown) =>
      typeof item === 'string' ? replaceList([item], replacements) : [replaceDeep(item, replacements)],
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      declarations.has(name) ? item : replaceDeep(item, replacements),
    ]),
  );
}
