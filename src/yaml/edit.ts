import { isDeepStrictEqual } from 'node:util';
import { isAlias, isScalar, parseDocument, Scalar, type Document } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import type { ValueEdit } from '../model/plan.ts';
import { nodeAt, placeOf, printKeyPath, type KeyPath, type YamlSource } from './source.ts';

/** A scalar that is to have another text. */
export interface ScalarChange {
  readonly path: KeyPath;
  readonly value: string;
}

/**
 * What the changes do to the file: one edit a changed scalar, in file order; none where the text is the same already.
 * Throws `yaml-edit-refused` with the place where a byte-exact edit is impossible.
 */
export function planEdits(source: YamlSource, changes: readonly ScalarChange[]): ValueEdit[] {
  return changes
    .filter((change) => !says(source, change))
    .map((change) => ({ change, scalar: editableScalar(source, change.path) }))
    .filter(({ change, scalar }) => scalar.value !== change.value)
    .sort((a, b) => a.scalar.start - b.scalar.start)
    .map(({ change, scalar }) => ({
      path: source.file,
      keyPath: printKeyPath(change.path),
      line: scalar.line,
      before: scalar.value,
      after: change.value,
    }));
}

/** The text with exactly the bytes of these scalars replaced, quotes kept. Throws `yaml-edit-refused` and changes nothing otherwise. */
export function applyChanges(source: YamlSource, changes: readonly ScalarChange[]): string {
  const splices = changes
    .filter((change) => !says(source, change))
    .map((change) => ({ change, scalar: editableScalar(source, change.path) }))
    .filter(({ change, scalar }) => scalar.value !== change.value)
    .sort((a, b) => b.scalar.start - a.scalar.start);
  let text = source.text;
  for (const { change, scalar } of splices) {
    const printed = printLike(scalar.style, change.value);
    if (printed === undefined) {
      throw refused(
        source,
        change.path,
        `${JSON.stringify(change.value)} cannot stand there without other quotes`,
      );
    }
    text = text.slice(0, scalar.start) + printed + text.slice(scalar.end);
  }
  if (splices.length > 0) verify(source, text, changes);
  return text;
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
  return /^[A-Za-z][\w./@+-]*$/.test(value) && parseDocument(value, { version: '1.1' }).toJS() === value
    ? value
    : undefined;
}

/** Reads the edited text again: the values meant must be there, and nowhere another, or the edit is refused. */
function verify(source: YamlSource, text: string, changes: readonly ScalarChange[]): void {
  const document = parseDocument(text, { version: '1.1', logLevel: 'error' });
  for (const { path, value } of changes) {
    if (document.errors.length > 0 || document.getIn(path) !== value) {
      throw refused(source, path, 'the edited file would not read as meant');
    }
  }
  // Only an alias, or a merge through one, says a value in two places.
  if (!/\*[^\s,\]}]/.test(source.text)) return;
  const wanted = plainDataOf(source.document);
  for (const { path, value } of changes) {
    const owner = path.slice(0, -1).reduce<unknown>((data, key) => (data as Data | undefined)?.[key], wanted);
    (owner as Data)[path.at(-1)!] = value;
  }
  if (!isDeepStrictEqual(plainDataOf(document), wanted)) {
    throw refused(source, changes[0]!.path, 'an alias says it in another place, which would change too');
  }
}

type Data = Record<string | number, unknown>;

/** What a document says, without parts that are shared. */
function plainDataOf(document: Document): unknown {
  return JSON.parse(JSON.stringify(document.toJS()));
}

function refused(source: YamlSource, path: KeyPath, why: string): BitiqError {
  return new BitiqError({
    code: 'yaml-edit-refused',
    message: `${printKeyPath(path)} in ${source.file} cannot be edited byte-exactly: ${why}.`,
    fix: 'Write the value as a plain scalar of its own on one line, then run the command again.',
    place: placeOf(source, path),
  });
}
