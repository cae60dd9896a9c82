import type { ValueEdit } from '../model/plan.ts';
import { addListEntry, removeListEntries, type EntryData } from '../yaml/list-entry.ts';
import { parseYaml, placeOf, type YamlSource } from '../yaml/source.ts';

/** Entries that go from a list, by index, and those that come to its end. */
export interface ListChange {
  readonly remove?: readonly number[] | undefined;
  readonly add?: readonly EntryData[] | undefined;
}

/** The edits and the new content of a file in which entries of one list go and come, each on lines of its own. */
export function editList(
  source: YamlSource,
  key: string,
  change: ListChange,
): { readonly edits: readonly ValueEdit[]; readonly content: string } {
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

function reparse(source: YamlSource, text: string): YamlSource {
  return parseYaml(text, source.file, '1.2');
}
