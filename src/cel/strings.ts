import type { Environment } from '@marcbachmann/cel-js';
import { spend, stepsLeft } from './cost.ts';
import { deepSize } from './cost-of-step.ts';
import { addNamespace } from './engine.ts';
import { countClauses, formatText, quoteText, type StringsVersion } from './format-text.ts';
import type { Call, Checker, Evaluator, Node, Scope } from './syntax-tree.ts';

/** Adds cel-go's strings extension. Positions count characters, not UTF-16 units. */
export function addStrings(environment: Environment, version: StringsVersion): void {
  environment
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
    .registerFunction('list.joinGo(): string', (list: readonly unknown[]) => join(list, ''))
    .registerFunction('list.joinGo(string): string', join)
    .registerFunction('string.format(ast): string', formatMacro(version) as never);
  if (version >= 3)
    environment.registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''));
  const strings = addNamespace(environment, 'strings');
  environment.registerFunction(`${strings}.quote(string): string`, (_: unknown, text: string) =>
    quoteText(text),
  );
}

/** As a macro, because the items of a list literal that is formatted may be of different types. */
function formatMacro(version: StringsVersion) {
  return ({ receiver, args }: Call) => {
    const [list] = args as [Node];
    const items = list.op === 'list' ? (list.args as readonly Node[]) : undefined;
    return {
      receiver,
      typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
        const pattern = checker.check(receiver, scope);
        const given = items ? undefined : checker.check(list, scope);
        for (const item of items ?? []) checker.check(item, scope);
        if (!['string', 'dyn'].includes(pattern.name) || !['list', 'dyn', undefined].includes(given?.kind)) {
          const call = `${pattern.name}.format(${given?.name ?? 'list'})`;
          throw checker.createError('no_such_overload', `no such overload: ${call}`, list);
        }
        if (items && receiver.op === 'value') refuseTooMany(String(receiver.args), items.length);
        return checker.getType('string');
      },
      evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
        const pattern = evaluator.run(receiver, scope);
        const values = items ? items.map((item) => evaluator.run(item, scope)) : evaluator.run(list, scope);
        if (typeof pattern !== 'string' || !Array.isArray(values))
          throw new Error('no such overload: format');
        spend(pattern.length / 10 + deepSize(values, stepsLeft()));
        return formatText(pattern, values, version);
      },
    };
  };
}

function refuseTooMany(pattern: string, given: number): void {
  const clauses = countClauses(pattern);
  if (given > clauses)
    throw new Error(`too many arguments supplied to string.format (expected ${clauses}, got ${given})`);
}

/** What Go's unicode.IsSpace takes for white space. */
const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Without white space at both ends, in one pass: a pattern would start again at each space of a long row of them. */
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
    if (isAt(runes, wanted, at)) return BigInt(at);
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
    if (isAt(runes, wanted, at)) return BigInt(at);
  }
  return -1n;
}

function isAt(runes: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((rune, index) => runes[at + index] === rune);
}

/** Replaces at most `limit` places from the left, all when that is negative. An empty text is found before each character and at the end. */
function replace(text: string, from: string, to: string, limit: bigint): string {
  let left = limit < 0n ? Infinity : Number(limit);
  if (from !== '') return text.replaceAll(from, (found) => (left-- > 0 ? to : found));
  return [...text, ''].map((rune) => (left-- > 0 ? to : '') + rune).join('');
}

/** As Go's strings.SplitN: at most `limit` pieces, the last with the rest; none for 0, all for a negative number. */
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
