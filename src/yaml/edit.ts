import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, parseDocument, Scalar, type Document, type Node, type Pair } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import type { ValueEdit } from '../model/plan.ts';
import { nodeAt, placeOf, printKeyPath, type KeyPath, type YamlSource } from './source.ts';

/** A scalar that is to have another text. */
export interface ScalarChange {
  readonly path: KeyPath;
  readonly value: string;
}

/** A key of a map that is to have a text, right after another key of the same map where it is not there yet, or (`value` undefined) to go. */
export interface KeyChange extends Omit<ScalarChange, 'value'> {
  readonly value: string | undefined;
  /** The key that a new one follows. */
  readonly after: string;
}

/**
 * What the changes do to the file: one edit for each changed value, in file order; none where the text is the same already.
 * Throws `edit-unsupported` with the place where a byte-exact edit is impossible.
 */
export function planEdits(source: YamlSource, changes: readonly (ScalarChange | KeyChange)[]): ValueEdit[] {
  return splicesOf(source, changes).map(({ edit }) => edit);
}

/** The text with exactly the bytes of these values replaced, quotes kept. Throws `edit-unsupported` and changes nothing otherwise. */
export function applyChanges(source: YamlSource, changes: readonly (ScalarChange | KeyChange)[]): string {
  const splices = splicesOf(source, changes);
  let text = source.text;
  for (const { start, end, printed } of splices.toReversed())
    text = text.slice(0, start) + printed + text.slice(end);
  if (splices.length > 0) verify(source, text, changes);
  return text;
}

/** The bytes that one change replaces. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly printed: string;
  readonly edit: ValueEdit;
}

/** The splices of the changes, in file order. */
function splicesOf(source: YamlSource, changes: readonly (ScalarChange | KeyChange)[]): Splice[] {
  return changes
    .flatMap((change): Splice[] => {
      const { value } = change;
      if (value !== undefined && (!('after' in change) || nodeAt(source, change.path) !== undefined))
        return scalarSplice(source, { path: change.path, value });
      return 'after' in change ? keySplice(source, change) : [];
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

function scalarSplice(source: YamlSource, change: ScalarChange): Splice[] {
  if (says(source, change)) return [];
  const scalar = editableScalar(source, change.path);
  if (scalar.value === change.value) return [];
  const printed = printLike(scalar.style, change.value);
  if (printed === undefined) {
    throw refused(
      source,
      change.path,
      `${JSON.stringify(change.value)} cannot be written there without other quotes`,
    );
  }
  return [{ ...scalar, printed, edit: editOf(source, change.path, scalar.line, scalar.value, change.value) }];
}

/** A key that comes or goes: a line of its own in a block map, an entry with its comma in a flow map. */
function keySplice(source: YamlSource, { path, value, after }: KeyChange): Splice[] {
  const owner = path.slice(0, -1);
  const map = nodeAt(source, owner);
  const key = String(path.at(-1));
  if (value === undefined && (isAlias(map) || !isMap(map) || !map.has(key))) return [];
  if (!isMap(map)) throw refused(source, owner, 'it is not a map that is written here');
  if (map.anchor !== undefined)
    throw refused(source, owner, `it is anchored as &${map.anchor}, so other places would change too`);
  const items = map.items as readonly Pair<Node, Node | null>[];
  const index = items.findIndex(
    (item) => isScalar(item.key) && item.key.value === (value === undefined ? key : after),
  );
  const item = items[index];
  if (item === undefined) throw refused(source, path, `there is no key ${after} beside it`);
  const start = item.key.range?.[0];
  const end = endOf(item);
  if (start === undefined || end === undefined) throw refused(source, path, 'its bytes are not known');
  const line = source.lines.linePos(start).line;
  const { text } = source;
  if (map.flow) {
    if (value !== undefined) {
      return [
        { start: end, end, printed: `, ${key}: ${value}`, edit: editOf(source, path, line, '', value) },
      ];
    }
    // With the comma before it, or, of the first key, the one behind.
    const before = items[index - 1];
    const from = before ? endOf(before)! : start;
    const to = before ? end : (items[index + 1]?.key.range?.[0] ?? end);
    return [{ start: from, end: to, printed: '', edit: editOf(source, path, line, valueOf(item), '') }];
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = text.slice(lineStart, start);
  const lineEnd = text.indexOf('\n', end);
  if (!/^ *$/.test(indent))
    throw refused(source, path, `the key ${value === undefined ? key : after} is not on a line of its own`);
  if (value !== undefined) {
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    // Behind the comment on the line, if there is one; the last line of a file may have no end.
    const at = lineEnd < 0 ? text.length : lineEnd + 1;
    const printed =
      lineEnd < 0 ? `${newline}${indent}${key}: ${value}` : `${indent}${key}: ${value}${newline}`;
    return [{ start: at, end: at, printed, edit: editOf(source, path, line + 1, '', value) }];
  }
  const [from, to] = lineEnd < 0 ? [Math.max(0, lineStart - 1), text.length] : [lineStart, lineEnd + 1];
  return [{ start: from, end: to, printed: '', edit: editOf(source, path, line, valueOf(item), '') }];
}

/** Where the value of a pair ends, without the comment behind it. */
function endOf({ key, value }: Pair<Node, Node | null>): number | undefined {
  return value?.range?.[1] ?? key.range?.[1];
}

function editOf(source: YamlSource, path: KeyPath, line: number, before: string, after: string): ValueEdit {
  return { path: source.file, keyPath: printKeyPath(path), line, before, after };
}

/** The value that a key has, as it is shown where the key goes. */
function valueOf({ value }: Pair<Node, Node | null>): string {
  return isScalar(value) ? String(value.value) : '';
}

/** Whether the value stands there already, in whatever form. */
function says(source: YamlSource, { path, value }: ScalarChange): boolean {
  const node = nodeAt(source, path);
  return isScalar(node) && node.value === value;
}

interface EditableScalar {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly style: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE';
}

function editableScalar(source: YamlSource, path: KeyPath): EditableScalar {
  const node = nodeAt(source, path);
  if (node === undefined) throw refused(source, path, 'it does not exist');
  if (isAlias(node))
    throw refused(source, path, `it is the alias *${node.source}, so another place would change too`);
  if (!isScalar(node)) throw refused(source, path, 'it is not a single value');
  if (node.anchor !== undefined)
    throw refused(source, path, `it is anchored as &${node.anchor}, so other places would change too`);
  if (node.tag !== undefined) throw refused(source, path, `it carries the tag ${node.tag}`);
  const range = node.range;
  const style = node.type;
  if (!range || range[0] === range[1]) throw refused(source, path, 'it is empty');
  if (style !== Scalar.PLAIN && style !== Scalar.QUOTE_DOUBLE && style !== Scalar.QUOTE_SINGLE) {
    throw refused(source, path, 'it is a block of several lines');
  }
  const raw = source.text.slice(range[0], range[1]);
  if (/[\r\n]/.test(raw)) throw refused(source, path, 'it goes over several lines');
  const value = typeof node.value === 'string' ? node.value : (node.source ?? raw);
  return { value, start: range[0], end: range[1], line: source.lines.linePos(range[0]).line, style };
}

function printLike(style: EditableScalar['style'], value: string): string | undefined {
  if (style === 'QUOTE_SINGLE') return /[\r\n]/.test(value) ? undefined : `'${value.replaceAll("'", "''")}'`;
  if (style === 'QUOTE_DOUBLE') return JSON.stringify(value);
  // Plain: only what reads as itself in block and in flow context, whatever stands around it.
  return /^[A-Za-z](?:[\w./@+-]|:(?=\w))*$/.test(value) &&
    parseDocument(value, { version: '1.1' }).toJS() === value
    ? value
    : undefined;
}

/** Reads the edited text again: the values meant must be there, and nowhere another, or the edit is refused. */
function verify(source: YamlSource, text: string, changes: readonly (ScalarChange | KeyChange)[]): void {
  const document = parseDocument(text, { version: '1.1', logLevel: 'error' });
  for (const { path, value } of changes) {
    if (document.errors.length > 0 || document.getIn(path) !== value) {
      throw refused(source, path, 'the edited file would not read as meant');
    }
  }
  // Only an alias, or a merge through one, says a value in two places; only a key that comes or goes could take a neighbour with it.
  const hasAlias = /\*[^\s,\]}]/.test(source.text);
  if (!hasAlias && changes.every((change) => !('after' in change))) return;
  const wanted = plainDataOf(source.document);
  for (const { path, value } of changes) {
    const owner = path
      .slice(0, -1)
      .reduce<unknown>((data, key) => (data as Data | undefined)?.[key], wanted) as Data;
    if (value === undefined) delete owner[path.at(-1)!];
    else owner[path.at(-1)!] = value;
  }
  if (!isDeepStrictEqual(plainDataOf(document), wanted)) {
    const why = hasAlias
      ? 'an alias says it in another place, which would change too'
      : 'its neighbours would change too';
    throw refused(source, changes[0]!.path, why);
  }
}

type Data = Record<string | number, unknown>;

/** What a document says, without parts that are shared. */
function plainDataOf(document: Document): unknown {
  return JSON.parse(JSON.stringify(document.toJS()));
}

function refused(source: YamlSource, path: KeyPath, why: string): BitiqError {
  return new BitiqError({
    code: 'edit-unsupported',
    message: `${printKeyPath(path)} in ${source.file} cannot be edited byte-exactly: ${why}.`,
    fix: 'Write the value as a plain scalar of its own on one line, then run the command again.',
    place: placeOf(source, path),
  });
}
