import type { Environment } from '@marcbachmann/cel-js';
import { matcherOf } from './re2.ts';
import { formatText } from './format-text.ts';
import { quoteText } from '../../../cel/format-text.ts';
import { addNamespace } from '../../../cel/values.ts';

const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** cel-go's strings extension; positions count characters, not UTF-16 units. Names that the engine has too end in `Go`. */
export function addStrings(environment: Environment): void {
  const matches = (text: string, pattern: string) => matcherOf(pattern, text).matcher.find();
  environment
    .registerFunction('string.matchesGo(string): bool', matches)
    .registerFunction('matchesGo(string, string): bool', matches)
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
      const runes = [...text];
      return runes[position(index, runes.length)] ?? '';
    })
    .registerFunction('string.indexOfGo(string): int', (text: string, part: string) =>
      indexOf(text, part, 0n),
    )
    .registerFunction('string.indexOfGo(string, int): int', indexOf)
    .registerFunction('string.lastIndexOfGo(string): int', (text: string, part: string) =>
      lastIndexOf(text, part, undefined),
    )
    .registerFunction('string.lastIndexOfGo(string, int): int', lastIndexOf)
    .registerFunction('string.lowerAsciiGo(): string', (text: string) =>
      text.replace(/[A-Z]+/g, (found) => found.toLowerCase()),
    )
    .registerFunction('string.upperAsciiGo(): string', (text: string) =>
      text.replace(/[a-z]+/g, (found) => found.toUpperCase()),
    )
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      replace(text, from, to, -1n),
    )
    .registerFunction('string.replace(string, string, int): string', replace)
    .registerFunction('string.splitGo(string): list<string>', (text: string, by: string) =>
      split(text, by, -1n),
    )
    .registerFunction('string.splitGo(string, int): list<string>', split)
    .registerFunction('string.substringGo(int): string', (text: string, start: bigint) => {
      const runes = [...text];
      return runes.slice(position(start, runes.length)).join('');
    })
    .registerFunction('string.substringGo(int, int): string', substring)
    .registerFunction('string.trimGo(): string', trim)
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.format(list): string', formatText)
    .registerFunction('list.joinGo(): string', (list: readonly unknown[]) => join(list, ''))
    .registerFunction('list.joinGo(string): string', join);
  const strings = addNamespace(environment, 'strings');
  environment.registerFunction(`${strings}.quote(string): string`, (_: unknown, text: string) =>
    quoteText(text),
  );
}

/** Without white space at both ends, in one pass: a pattern would begin anew at each space of a long row of them. */
function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && space.test(text[start]!)) start++;
  while (end > start && space.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function position(index: bigint, length: number): number {
  if (index < 0n || index > BigInt(length)) throw new Error(`index out of range: ${index}`);
  return Number(index);
}

function substring(text: string, start: bigint, end: bigint): string {
  if (start > end) throw new Error(`invalid substring range. start: ${start}, end: ${end}`);
  const runes = [...text];
  return runes.slice(position(start, runes.length), position(end, runes.length)).join('');
}

function indexOf(text: string, part: string, offset: bigint): bigint {
  if (part === '') return offset;
  if (offset < 0n) throw new Error(`index out of range: ${offset}`);
  const [runes, wanted] = [[...text], [...part]];
  for (let at = Number(offset); at <= runes.length - wanted.length; at++) {
    if (wanted.every((rune, index) => runes[at + index] === rune)) return BigInt(at);
  }
  return -1n;
}

function lastIndexOf(text: string, part: string, offset: bigint | undefined): bigint {
  const [runes, wanted] = [[...text], [...part]];
  if (part === '') return offset ?? BigInt(runes.length);
  const last = offset ?? BigInt(runes.length - 1);
  if (offset !== undefined && last < 0n) throw new Error(`index out of range: ${offset}`);
  if (last >= BigInt(runes.length)) return -1n;
  for (let at = Math.min(Number(last), runes.length - wanted.length); at >= 0; at--) {
    if (wanted.every((rune, index) => runes[at + index] === rune)) return BigInt(at);
  }
  return -1n;
}

/** At most `limit` places from the left, all when that is negative; an empty text stands before each character and at the end. */
function replace(text: string, from: string, to: string, limit: bigint): string {
  let left = limit < 0n ? Infinity : Number(limit);
  if (from !== '') return text.replaceAll(from, (found) => (left-- > 0 ? to : found));
  return [...text, ''].map((rune) => (left-- > 0 ? to : '') + rune).join('');
}

function split(text: string, by: string, limit: bigint): string[] {
  if (limit === 0n) return [];
  const parts = by === '' ? [...text] : text.split(by);
  const most = limit < 0n ? Infinity : Number(limit);
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(by)];
}

function join(list: readonly unknown[], by: string): string {
  const other = list.find((item) => typeof item !== 'string');
  if (other !== undefined) throw new Error(`join: invalid input: ${JSON.stringify(String(other))}`);
  return list.join(by);
}
