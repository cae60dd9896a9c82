import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { BitiqError, messageOf, type Place } from '../model/errors.ts';
import { parseWithinLimits } from './parse-within-limits.ts';

/** A YAML file as it was read: its text, and the parsed document with the range of every node. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

export type KeyPath = readonly (string | number)[];

/** Parses one YAML document as Helm and Argo CD read it (YAML 1.1: `on` and `yes` are booleans); a syntax error, a duplicate key or a second document is a `yaml-invalid` error at its place. With version 1.2 a moment stays a text. */
export function parseYaml(text: string, file: string, version: '1.1' | '1.2' = '1.1'): YamlSource {
  const lines = new LineCounter();
  // What the parser would print by itself, such as of a key that is a list, is nothing for who runs a command.
  const document = parseWithinLimits(text, {
    lineCounter: lines,
    prettyErrors: false,
    version,
    logLevel: 'error',
  });
  const syntax = document.errors[0];
  const fault = syntax ? { message: syntax.message, at: syntax.pos[0] } : findBrokenReference(document, text);
  if (fault) {
    const conflict = findConflict(text);
    if (conflict !== undefined) throw conflictAt({ file, text, lines }, conflict);
    throw new BitiqError({
      code: 'yaml-invalid',
      message: `${file} is not valid YAML: ${plainly(fault.message)}.`.replace('..', '.'),
      fix: 'Correct the file at the place shown.',
      place: placeAtOffset({ file, text, lines }, fault.at),
    });
  }
  return { file, text, document, lines };
}

/** An alias without an anchor before it or inside what it names, or a merge of something that is not a map: the parser reports them only when values are read. */
function findBrokenReference(
  document: Document.Parsed,
  text: string,
): { readonly message: string; readonly at: number } | undefined {
  if (!text.includes('*') && !text.includes('<<')) return undefined;
  const anchors = new Set<string>();
  let found: { message: string; at: number } | undefined;
  const fail = (message: string, node: Node) => {
    found = { message, at: node.range?.[0] ?? 0 };
    return visit.BREAK;
  };
  visit(document, (_, node, ancestors) => {
    if (isPair(node) && isScalar(node.key) && node.key.source === '<<' && !mergesMaps(node.value, document)) {
      return fail('only a map, or a list of maps, can be merged', node.key);
    }
    if (!isNode(node)) return undefined;
    if (isAlias(node) && !anchors.has(node.source))
      return fail(`the alias *${node.source} has no anchor before it`, node);
    if (
      isAlias(node) &&
      ancestors.some((each) => isNode(each) && 'anchor' in each && each.anchor === node.source)
    )
      return fail(`the alias *${node.source} stands inside what it names`, node);
    if (!isAlias(node) && node.anchor !== undefined) anchors.add(node.anchor);
    return undefined;
  });
  if (found) return found;
  try {
    document.toJS();
    return undefined;
  } catch (error) {
    // What is left: more values behind aliases than anybody would write.
    return { message: messageOf(error), at: document.contents?.range?.[0] ?? 0 };
  }
}

function mergesMaps(value: unknown, document: Document.Parsed): boolean {
  const target = isAlias(value) ? value.resolve(document) : value;
  // An alias to nothing is told as that.
  if (target === undefined || isMap(target)) return true;
  return isSeq(target) && target.items.every((item) => mergesMaps(item, document));
}

/** What the parser says, where it speaks of itself, in words for who wrote the file. */
function plainly(message: string): string {
  if (message.startsWith('Source contains multiple documents'))
    return 'a second document begins here, and one is allowed';
  if (message.startsWith('Maximum call stack')) return 'lists or maps stand in each other too deeply';
  return message.split('\n')[0]!;
}

/** Where a merge conflict that Git left in a file begins; undefined when there is none. */
export function findConflict(text: string): number | undefined {
  const start = text.search(/^<{7} .*\n/m);
  if (start < 0) return undefined;
  const middle = text.slice(start).search(/^={7}\r?\n/m);
  return middle >= 0 && /^>{7} /m.test(text.slice(start + middle)) ? start : undefined;
}

/** The error that a file has a merge conflict at an offset. */
export function conflictAt(source: Pick<YamlSource, 'file' | 'text' | 'lines'>, offset: number): BitiqError {
  return new BitiqError({
    code: 'yaml-invalid',
    message: `${source.file} has an unresolved merge conflict.`,
    fix: 'Keep what is right of the two sides, and remove the lines with <<<<<<<, ======= and >>>>>>>.',
    place: placeAtOffset(source, offset),
  });
}

/** The place of an offset into the text. */
export function placeAtOffset(source: Pick<YamlSource, 'file' | 'text' | 'lines'>, offset: number): Place {
  const { line, col } = source.lines.linePos(offset);
  return {
    file: source.file,
    line: Math.max(1, line),
    column: Math.max(1, col),
    sourceLine: source.text.split(/\r?\n/, Math.max(1, line))[Math.max(1, line) - 1],
  };
}

/** The place of a key path, or of its nearest ancestor that exists. */
export function placeOf(source: YamlSource, path: KeyPath): Place {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(source, path.slice(0, length));
    if (node?.range) return { ...placeAtOffset(source, node.range[0]), keyPath: printKeyPath(path) };
  }
  return { file: source.file, line: 1, column: 1, keyPath: printKeyPath(path) };
}

/** The place of a key: where its value begins, and the key itself where that is on a line of its own. */
export function placeOfKey(source: YamlSource, path: KeyPath): Place {
  const place = placeOf(source, path);
  const parent = nodeAt(source, path.slice(0, -1));
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)))
    : undefined;
  const range = isScalar(pair?.key) ? pair.key.range : undefined;
  if (!range) return place;
  const own = placeAtOffset(source, range[0]);
  return own.line === place.line ? place : { ...own, keyPath: printKeyPath(path) };
}

/** The node at a key path, or undefined. Aliases are not followed. */
export function nodeAt(source: YamlSource, path: KeyPath): Node | undefined {
  if (path.length === 0) return (source.document.contents as Node | null) ?? undefined;
  return (source.document.getIn(path, true) as Node | undefined) ?? undefined;
}

/** Such as `services[2].image.tag`. */
export function printKeyPath(path: KeyPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    if (!/^[\w-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
