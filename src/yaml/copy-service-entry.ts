import { isMap, isSeq, visit, type Node } from 'yaml';
import { BitiqError } from '../model/errors.ts';
import { blankBefore, lineBefore, lineStart, serviceCount } from './service-entry.ts';
import { entryLines, withoutBrackets } from './list-entry.ts';
import { nodeAt, parseYaml, placeOf, type YamlSource } from './source.ts';

/**
 * The text of a values file with the entry of a service as another values file has it: its lines with their comments, indented like
 * its new neighbours, at a place among them. Every other byte stays. Comments on the placeholder of a service that was never built are
 * left out. Throws `edit-unsupported` where that is impossible.
 */
export function copyServiceEntry(
  target: YamlSource,
  { from, index, at }: { readonly from: YamlSource; readonly index: number; readonly at: number },
): string {
  const lines = blockOf(from, index);
  const count = serviceCount(target);
  const newline = target.text.includes('\r\n') ? '\r\n' : '\n';
  const text = count === 0 ? openList(target) : target.text;
  const column = count === 0 ? 2 : entryLines(target, 'services', 0).column;
  const block = indented(lines, column).map((line) => line + newline);
  const copied = insert(target, { text, block, at, count, newline });
  verify(target, copied, { from, index, at });
  return copied;
}

/** The lines of an entry from the comment above it on, without their line ends and without the indentation of the dash. */
function blockOf(source: YamlSource, index: number): string[] {
  const { start, end, column } = entryLines(source, 'services', index);
  const from = withComments(source.text, start, column);
  const lines = source.text.slice(from, end).trimEnd().split('\n');
  const isText = insideScalars(nodeAt(source, ['services', index]));
  let offset = from;
  return lines.flatMap((line) => {
    const at = offset + line.search(/\S|$/);
    offset += line.length + 1;
    if (/^\s*#.*placeholder/i.test(line) && !isText(at)) return [];
    const text = line.replace(/\r$/, '');
    return [/^ *$/.test(text.slice(0, column)) ? text.slice(column) : text.trimStart()];
  });
}

/** Whether an offset is inside a scalar, where `#` begins no comment. */
function insideScalars(node: Node | undefined): (offset: number) => boolean {
  const ranges: [start: number, end: number][] = [];
  if (node) {
    visit(node, {
      Scalar: (_, { range }) => {
        if (range) ranges.push([range[0], range[1]]);
      },
    });
  }
  return (offset) => ranges.some(([start, end]) => offset >= start && offset < end);
}

function indented(lines: readonly string[], column: number): string[] {
  return lines.map((line) => (line.trim() === '' ? '' : ' '.repeat(column) + line));
}

function insert(
  target: YamlSource,
  {
    text,
    block,
    at,
    count,
    newline,
  }: {
    readonly text: string;
    readonly block: readonly string[];
    readonly at: number;
    readonly count: number;
    readonly newline: string;
  },
): string {
  if (count === 0) {
    const key = target.document.contents;
    const pair = isMap(key) ? key.items.find((each) => String(each.key) === 'services') : undefined;
    const offset = (pair?.key as Node | undefined)?.range?.[0] ?? 0;
    const after = text.indexOf('\n', offset);
    return after < 0
      ? `${text}${newline}${block.join('')}`
      : text.slice(0, after + 1) + block.join('') + text.slice(after + 1);
  }
  const isApart = count === 1 || blankBefore(target, count - 1);
  if (at === 0) {
    const { start, column } = entryLines(target, 'services', 0);
    const first = withComments(text, start, column);
    return text.slice(0, first) + block.join('') + (isApart ? newline : '') + text.slice(first);
  }
  const { end } = entryLines(target, 'services', at - 1);
  const [before, after] = [text.slice(0, end), text.slice(end)];
  // A file that ends with a blank line has what sets the entry apart already.
  if (isApart && after.trim() === '' && after.startsWith(newline))
    return before + newline + block.join('') + after.slice(newline.length);
  const gap = before.endsWith('\n') ? '' : newline;
  return before + gap + (isApart ? newline : '') + block.join('') + after;
}

/** Where the comment above an entry begins, at the same indentation. */
function withComments(text: string, start: number, column: number): number {
  const mark = `${' '.repeat(column)}#`;
  let from = start;
  while (from > 0 && lineBefore(text, from).startsWith(mark)) from = lineStart(text, from - 1);
  return from;
}

/** The text where the brackets of an empty list are gone. */
function openList(target: YamlSource): string {
  const node = nodeAt(target, ['services']);
  const [start, end] = isSeq(node) && node.range ? node.range : [0, 0];
  return end === 0 ? target.text : withoutBrackets(target.text, start, end);
}

/** Reads the result again: exactly one entry more, and it says what the other file says. */
function verify(
  target: YamlSource,
  text: string,
  { from, index, at }: { readonly from: YamlSource; readonly index: number; readonly at: number },
): void {
  const before = dataOf(target);
  const services = [...((before['services'] ?? []) as unknown[])];
  services.splice(at, 0, (dataOf(from)['services'] as unknown[])[index]);
  let found: unknown;
  try {
    found = dataOf(parseYaml(text, target.file));
  } catch {
    found = undefined;
  }
  if (JSON.stringify(found) === JSON.stringify({ ...before, services })) return;
  const name = String(from.document.getIn(['services', index, 'name']));
  throw new BitiqError({
    code: 'edit-unsupported',
    message: `The entry of ${name} cannot be copied from ${from.file} to ${target.file}: it would not read the same there.`,
    fix: `An alias or brackets around it may be why. Write the entry into ${target.file} in a commit of its own, then run the command again.`,
    place: placeOf(from, ['services', index]),
  });
}

function dataOf(source: YamlSource): Record<string, unknown> {
  return source.document.toJS() as Record<string, unknown>;
}
