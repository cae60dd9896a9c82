import { isMap, isSeq, type Node, type YAMLSeq } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from './source.ts';
import { printScalar } from './print-scalar.ts';

/** Values of an entry by their keys, in the order of writing; a list is written in brackets, a map below its key. */
export interface EntryData {
  readonly [key: string]: string | boolean | readonly string[] | EntryData | undefined;
}

/**
 * The text with entries at the end of the list under a top-level key: lines are inserted, every other byte stays (but
 * the brackets of an empty list). Throws `edit-unsupported` where that is impossible.
 */
export function addListEntry(source: YamlSource, key: string, ...entries: readonly EntryData[]): string {
  const { text } = source;
  if (entries.length === 0) return text;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const list = listAt(source, key);
  const last = list.items.at(-1) as Node | undefined;
  if (list.flow && last !== undefined) throw refused(source, [key], 'its entries stand in brackets');
  const [start, end] = list.range;
  const base = last !== undefined || start === end ? text : withoutBrackets(text, start, end);
  const indent = last === undefined ? 2 : dashColumn(source, key, list.items.length - 1);
  const after =
    last === undefined ? keyOffset(source, key) : lastOfEntry(text, lastContent(text, last), indent);
  const lines = entries.flatMap((entry) => printEntry(entry, indent));
  return verified(source, key, insertAfterLine(base, after, lines, newline), (items) => [
    ...items,
    ...entries,
  ]);
}

/**
 * The text without these entries of the list under a top-level key: their lines go, with the comments inside them, every
 * other byte stays. Inverse of addListEntry.
 */
export function removeListEntries(source: YamlSource, key: string, indexes: readonly number[]): string {
  const list = listAt(source, key);
  if (list.flow && indexes.length > 0) throw refused(source, [key], 'its entries stand in brackets');
  let { text } = source;
  for (const index of [...new Set(indexes)].sort((a, b) => b - a)) {
    const item = list.items[index] as Node;
    const start = lineStart(text, dashOffset(source, key, index));
    const dash = dashColumn(source, key, index);
    const end = lineEnd(text, lastOfEntry(source.text, lastContent(source.text, item), dash));
    // At the end of a file without a last newline the newline before goes instead.
    const before =
      end === text.length && !text.endsWith('\n')
        ? text.slice(0, start).replace(/\r?\n$/, '')
        : text.slice(0, start);
    text = before + text.slice(end);
  }
  const left = list.items.length - new Set(indexes).size;
  if (left === 0 && list.items.length > 0) {
    const colon = text.indexOf(':', keyOffset(source, key)) + 1;
    text = `${text.slice(0, colon)} []${text.slice(colon)}`;
  }
  return verified(source, key, text, (items) => items.filter((_, index) => !indexes.includes(index)));
}

/** Where the lines of an entry begin, without the comment above it, and end, and the column of its dash; throws `edit-unsupported` for one in brackets. */
export function entryLines(
  source: YamlSource,
  key: string,
  index: number,
): { readonly start: number; readonly end: number; readonly column: number } {
  const list = listAt(source, key);
  if (list.flow) throw refused(source, [key], 'its entries stand in brackets');
  const dash = dashOffset(source, key, index, true);
  const start = lineStart(source.text, dash);
  const column = dash - start;
  const content = lastContent(source.text, list.items[index] as Node);
  return {
    start,
    end: lineEnd(source.text, lastOfEntry(source.text, content, column)),
    column,
  };
}

interface FoundList {
  readonly items: readonly unknown[];
  readonly flow: boolean;
  /** Of the value; empty where nothing is written. */
  readonly range: readonly [start: number, end: number];
}

function listAt(source: YamlSource, key: string): FoundList {
  const node = source.document.get(key, true) as Node | undefined | null;
  if (!isMap(source.document.contents) || source.document.contents.flow) {
    throw refused(source, [], `it is not a map with the key ${key} on a line of its own`);
  }
  if (isSeq(node)) {
    const list: YAMLSeq = node;
    if (list.anchor !== undefined) throw refused(source, [key], `it is anchored as &${list.anchor}`);
    return { items: list.items, flow: list.flow === true, range: [list.range![0], list.range![1]] };
  }
  const pair = source.document.contents.items.find((each) => String(each.key) === key);
  if (pair === undefined) throw refused(source, [], `it has no key ${key}`);
  if (pair.value !== null && (source.document.get(key) ?? null) !== null)
    throw refused(source, [key], 'it is not a list');
  if (node?.range && node.range[0] !== node.range[1]) throw refused(source, [key], 'it is null, and no list');
  const at = keyOffset(source, key);
  return { items: [], flow: false, range: [at, at] };
}

function keyOffset(source: YamlSource, key: string): number {
  const contents = source.document.contents;
  const pair = isMap(contents) ? contents.items.find((each) => String(each.key) === key) : undefined;
  return (pair?.key as Node | undefined)?.range?.[0] ?? 0;
}

/** Where the dash of an entry is: on the line where its content begins, or with `isAlone` also on a line of its own above. */
function dashOffset(source: YamlSource, key: string, index: number, isAlone = false): number {
  const { text } = source;
  const node = source.document.getIn([key, index], true) as Node | undefined;
  const start = node?.range?.[0] ?? 0;
  let from = lineStart(text, start);
  let before = text.slice(from, start);
  if (/^ *- +$/.test(before)) return from + before.indexOf('-');
  if (!isAlone) throw refused(source, [key, index], 'it does not begin on the line of its dash');
  // Only comments and blank lines are between a dash and its content.
  while (from > 0 && /^\s*(?:#.*)?$/.test(before)) {
    const end = from;
    from = lineStart(text, from - 1);
    before = text.slice(from, end).trimEnd();
    if (/^ *-(?:\s+#.*)?$/.test(before)) return from + before.indexOf('-');
  }
  throw refused(source, [key, index], 'it does not begin with a dash');
}

function dashColumn(source: YamlSource, key: string, index: number): number {
  const at = dashOffset(source, key, index);
  return at - lineStart(source.text, at);
}

/** The offset of the last character of a node that is not white space. */
function lastContent(text: string, node: Node): number {
  const [start, end] = node.range!;
  return start + text.slice(start, end).trimEnd().length - 1;
}

/** The offset of the last line of an entry, from that of its content: comments below that stand deeper than its dash are its own. */
function lastOfEntry(text: string, content: number, dash: number): number {
  let last = content;
  for (let at = lineEnd(text, content); at < text.length; at = lineEnd(text, at)) {
    const line = text.slice(at, lineEnd(text, at));
    if (line.trim() === '') continue;
    if (!line.trimStart().startsWith('#') || line.search(/\S/) <= dash) break;
    last = at;
  }
  return last;
}

/** A text without the brackets of an empty list, and without their line where nothing else is on it. */
export function withoutBrackets(text: string, start: number, end: number): string {
  const from = lineStart(text, start);
  const to = lineEnd(text, end);
  if (text.slice(from, start).trim() === '' && text.slice(end, to).trim() === '')
    return text.slice(0, from) + text.slice(to);
  return text.slice(0, start).trimEnd() + text.slice(end);
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** After the newline that ends the line of an offset. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline < 0 ? text.length : newline + 1;
}

function insertAfterLine(text: string, offset: number, lines: readonly string[], newline: string): string {
  const at = lineEnd(text, offset);
  const block = lines.join(newline);
  if (at === text.length && !text.endsWith('\n')) return text + newline + block;
  return text.slice(0, at) + block + newline + text.slice(at);
}

function printEntry(entry: EntryData, indent: number): string[] {
  const lines = printMap(entry, '');
  return lines.map((line, index) => `${' '.repeat(indent)}${index === 0 ? '- ' : '  '}${line}`);
}

function printMap(data: EntryData, indent: string): string[] {
  return Object.entries(data).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [`${indent}${key}: ${String(value)}`];
    if (typeof value === 'string') return [`${indent}${key}: ${printScalar(value)}`];
    if (Array.isArray(value))
      return [`${indent}${key}: [${value.map((each: string) => printScalar(each)).join(', ')}]`];
    return [`${indent}${key}:`, ...printMap(value as EntryData, `${indent}  `)];
  });
}

/** Reads the edited text again: the list must be what was meant and all else what it was, or the edit is refused. */
function verified(
  source: YamlSource,
  key: string,
  text: string,
  change: (items: readonly unknown[]) => readonly unknown[],
): string {
  const before = dataOf(source.text, source.file) ?? {};
  const wanted = { ...before, [key]: change((before[key] ?? []) as unknown[]) };
  const found = dataOf(text, source.file);
  if (found && JSON.stringify({ ...found, [key]: found[key] ?? [] }) === JSON.stringify(wanted)) return text;
  throw refused(source, [key], 'the edited file would not read as meant');
}

function dataOf(text: string, file: string): Record<string, unknown> | undefined {
  try {
    return (parseYaml(text, file, '1.2').document.toJS() ?? {}) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function refused(source: YamlSource, path: KeyPath, why: string): BitiqError {
  return new BitiqError({
    code: 'edit-unsupported',
    message: `${source.file} cannot be edited byte-exactly: ${why}.`,
    fix: 'Write each entry of the list on lines of its own, beginning with a dash, then run the command again.',
    place: placeOf(source, path),
  });
}
