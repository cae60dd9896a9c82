import { isMap, isScalar } from 'yaml';
import type { ValueEdit } from '../../model/plan.ts';
import { addListEntry, removeListEntries, type EntryData } from '../../yaml/list-entry.ts';
import { parseYaml, placeOf, type YamlSource } from '../../yaml/source.ts';

/** Entries that go from a list, by index, and those that come to its end. */
export interface ListChange {
  readonly remove?: readonly number[] | undefined;
  readonly add?: readonly EntryData[] | undefined;
}

/** The edits and the new content of a file in which entries of one list go and come, each on lines of its own. */
export function editList(
  found: YamlSource,
  key: string,
  change: ListChange,
): { readonly edits: readonly ValueEdit[]; readonly content: string } {
  const source = withList(found, key);
  const remove = [...(change.remove ?? [])].sort((a, b) => a - b);
  const items = (source.document.get(key) as { toJSON(): unknown[] } | null | undefined)?.toJSON() ?? [];
  const edits: ValueEdit[] = remove.map((index) => ({
    path: source.file,
    keyPath: `${key}[${index}]`,
    line: placeOf(source, [key, index]).line ?? 1,
    before: JSON.stringify(items[index]),
    after: '',
  }));
  const add = change.add ?? [];
  const cleared = reparse(source, removeListEntries(source, key, remove));
  const edited = reparse(source, addListEntry(cleared, key, ...add));
  const kept = items.length - remove.length;
  edits.push(
    ...add.map((entry, offset) => ({
      path: source.file,
      keyPath: `${key}[${kept + offset}]`,
      line: placeOf(edited, [key, kept + offset]).line ?? 1,
      before: '',
      after: JSON.stringify(entry),
    })),
  );
  return { edits, content: edited.text };
}

/** The file with an empty list below the key where it has nothing there: no byte at all, only comments, or null. */
function withList(source: YamlSource, key: string): YamlSource {
  const { text, document } = source;
  const { contents } = document;
  if (isMap(contents) && contents.items.length > 0) {
    const value: unknown = document.get(key, true);
    if (!isScalar(value) || value.value !== null || !value.range || value.range[0] === value.range[1])
      return source;
    return reparse(source, `${text.slice(0, value.range[0])}[]${text.slice(value.range[1])}`);
  }
  if (document.toJS() !== null && !isMap(contents)) return source;
  const range = contents?.range;
  const list = `${key}: []`;
  if (range && range[0] !== range[1])
    return reparse(source, text.slice(0, range[0]) + list + text.slice(range[1]));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return reparse(source, `${text}${text === '' || text.endsWith('\n') ? '' : newline}${list}${newline}`);
}

function reparse(source: YamlSource, text: string): YamlSource {
  return parseYaml(text, source.file, '1.2');
}
