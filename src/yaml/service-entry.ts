import { addListEntry, removeListEntries, type EntryData } from './list-entry.ts';
import { nodeAt, parseYaml, type KeyPath, type YamlSource } from './source.ts';

/** A comment on a line of its own above a key of an entry. */
export interface EntryComment {
  /** Inside the entry, such as `['image', 'tag']`. */
  readonly above: KeyPath;
  readonly text: string;
}

/**
 * The text with an entry at the end of the list `services:`, set apart by a blank line where the last two entries are;
 * every other byte stays. Throws `edit-unsupported` where that is impossible.
 */
export function addServiceEntry(
  source: YamlSource,
  entry: EntryData,
  comments: readonly EntryComment[] = [],
): string {
  const count = serviceCount(source);
  let text = addListEntry(source, 'services', entry);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const insert = (path: KeyPath, line: (indent: string) => string): void => {
    const start = startOf(parseYaml(text, source.file), ['services', count, ...path]);
    const at = lineStart(text, start);
    const indent = /^ */.exec(text.slice(at))?.[0] ?? '';
    text = text.slice(0, at) + line(indent) + newline + text.slice(at);
  };
  for (const comment of comments) insert(comment.above, (indent) => `${indent}# ${comment.text}`);
  const apart = count > 1 ? blankBefore(source, count - 1) : count === 1 && hasMaps(entry);
  if (apart) insert([], () => '');
  return text;
}

/** The text without an entry of the list `services:`, the comment above it and one blank line: undoes addServiceEntry to the byte. */
export function removeServiceEntry(source: YamlSource, index: number): string {
  const { text } = source;
  const dash = lineStart(text, startOf(source, ['services', index]));
  const indent = /^ */.exec(text.slice(dash))?.[0] ?? '';
  let from = dash;
  while (from > 0 && lineBefore(text, from).startsWith(`${indent}#`)) from = lineStart(text, from - 1);
  let without = text.slice(0, from) + text.slice(dash);
  if (index > 0 && isBlank(lineBefore(text, from))) {
    without = text.slice(0, lineStart(text, from - 1)) + text.slice(dash);
  } else if (index === 0 && serviceCount(source) > 1 && blankBefore(source, 1)) {
    without = dropBlankBefore(without, startOf(parseYaml(without, source.file), ['services', 1]));
  }
  return removeListEntries(parseYaml(without, source.file), 'services', [index]);
}

/** How many entries the list `services:` has. */
export function serviceCount(source: YamlSource): number {
  return (source.document.get('services') as { items?: unknown[] } | null | undefined)?.items?.length ?? 0;
}

/** Whether the line above an entry, or above the comment on it, is blank. */
export function blankBefore(source: YamlSource, index: number): boolean {
  let at = lineStart(source.text, startOf(source, ['services', index]));
  while (at > 0 && lineBefore(source.text, at).trimStart().startsWith('#'))
    at = lineStart(source.text, at - 1);
  return at > 0 && isBlank(lineBefore(source.text, at));
}

function dropBlankBefore(text: string, offset: number): string {
  let at = lineStart(text, offset);
  while (at > 0 && !isBlank(lineBefore(text, at))) at = lineStart(text, at - 1);
  return text.slice(0, lineStart(text, at - 1)) + text.slice(at);
}

/** Where a node begins; a plain value stands on the line of its key. */
function startOf(source: YamlSource, path: KeyPath): number {
  const start = nodeAt(source, path)?.range?.[0];
  if (start === undefined) throw new Error(`${source.file} has nothing at ${path.join('.')}.`);
  return start;
}

function hasMaps(entry: EntryData): boolean {
  return Object.values(entry).some((value) => typeof value === 'object' && !Array.isArray(value));
}

/** The offset where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The line that ends right before an offset, which is the start of a line. */
export function lineBefore(text: string, offset: number): string {
  return text.slice(lineStart(text, offset - 1), offset);
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}
