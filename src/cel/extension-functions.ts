import { Optional, type Environment } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { spend, stepsLeft } from './cost.ts';
import { deepSize } from './cost-of-step.ts';
import { formatText, quoteText } from './format-text.ts';
import type { Call, Checker, Evaluator, Node, Scope } from './syntax-tree.ts';
import { addMathFunctions } from './math-functions.ts';
import { addNamespace, compareValues, equalValues } from './values.ts';

type List = readonly unknown[];

/** Adds cel-go's extensions that the engine lacks, or has otherwise than cel-go: strings, lists, sets, math and encoders. */
export function addExtensionFunctions(environment: Environment): void {
  addStrings(environment);
  addLists(environment);
  addSets(environment);
  addMathFunctions(environment);
  const base64 = addNamespace(environment, 'base64');
  environment
    .registerFunction(`${base64}.encode(bytes): string`, (_: unknown, bytes: Uint8Array) =>
      Buffer.from(bytes).toString('base64'),
    )
    .registerFunction(`${base64}.decode(string): bytes`, (_: unknown, text: string) => {
      const given = text.replace(/[\r\n]/g, '');
      const isWhole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/.test(given);
      if (!isWhole) throw new Error('illegal base64 data');
      return Buffer.from(given, 'base64');
    });
}

function addStrings(environment: Environment): void {
  environment
    .registerFunction('string.lowerLatin(): string', (text: string) =>
      text.replace(/[A-Z]+/g, (found) => found.toLowerCase()),
    )
    .registerFunction('string.upperLatin(): string', (text: string) =>
      text.replace(/[a-z]+/g, (found) => found.toUpperCase()),
    )
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => {
      const characters = [...text];
      if (index < 0n || index > BigInt(characters.length)) throw new Error(`index out of range: ${index}`);
      return characters[Number(index)] ?? '';
    })
    .registerFunction('string.format(ast): string', formatMacro as never)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      replaceText(text, from, to, Infinity),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, limit: bigint) =>
        replaceText(text, from, to, limit < 0n ? Infinity : Number(limit)),
    );
  const strings = addNamespace(environment, 'strings');
  environment.registerFunction(`${strings}.quote(string): string`, (_: unknown, text: string) =>
    quoteText(text),
  );
}

/** As a macro, because the items of a list literal that is formatted may be of different types. */
function formatMacro({ receiver, args }: Call) {
  const [list] = args as [Node];
  const items = list.op === 'list' ? (list.args as readonly Node[]) : undefined;
  return {
    receiver,
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
      checker.check(receiver, scope);
      for (const item of items ?? [list]) checker.check(item, scope);
      return checker.getType('string');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
      const pattern = evaluator.run(receiver, scope);
      const values = items ? items.map((item) => evaluator.run(item, scope)) : evaluator.run(list, scope);
      if (typeof pattern !== 'string' || !Array.isArray(values)) throw new Error('no such overload: format');
      spend(pattern.length / 10 + deepSize(values, stepsLeft()));
      return formatText(pattern, values);
    },
  };
}

/** As Go's strings.Replace: nothing is found before each character, and at the end. */
function replaceText(text: string, from: string, to: string, limit: number): string {
  let left = limit;
  const next = (found: string) => (left-- > 0 ? to : found);
  if (from !== '') return text.replaceAll(from, next);
  return [...text].map((character) => next('') + character).join('') + next('');
}

function addLists(environment: Environment): void {
  const extreme = (name: string, sign: number) => (list: List) => {
    if (list.length === 0) throw new Error(`${name} called on empty list`);
    return list.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best));
  };
  environment
    .registerFunction('list.isSorted(): bool', (list: List) =>
      list.every((item, index) => index === 0 || compareValues(list[index - 1], item) <= 0),
    )
    .registerFunction('list.sum(): dyn', sum)
    .registerFunction('list.min(): dyn', extreme('min', -1))
    .registerFunction('list.max(): dyn', extreme('max', 1))
    .registerFunction('list.firstPlaceOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findIndex((item) => equalValues(item, value))),
    )
    .registerFunction('list.lastPlaceOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findLastIndex((item) => equalValues(item, value))),
    )
    .registerFunction('list.slice(int, int): list', (list: List, start: bigint, end: bigint) => {
      if (start < 0n || end < start || end > BigInt(list.length))
        throw new Error('slice: index out of range');
      return list.slice(Number(start), Number(end));
    })
    .registerFunction('list.flatten(): list', (list: List) => list.flat())
    .registerFunction('list.flatten(int): list', (list: List, depth: bigint) => {
      if (depth < 0n) throw new Error('level must be non-negative');
      return list.flat(Number(depth));
    })
    .registerFunction('list.distinct(): list', distinct)
    .registerFunction('list.reverse(): list', (list: List) => [...list].reverse())
    .registerFunction('list.sort(): list', (list: List) => [...list].sort(compareValues));
  const lists = addNamespace(environment, 'lists');
  environment.registerFunction(`${lists}.range(int): list<int>`, (_: unknown, count: bigint) =>
    rangeOf(count),
  );
  const optionalOf = (item: unknown) => (item === undefined ? Optional.none() : Optional.of(item));
  const unwrap = (list: List) =>
    list.flatMap((item) => (item instanceof Optional ? (item.hasValue() ? [item.value()] : []) : [item]));
  environment
    .registerFunction('list.first(): optional', (list: List) => optionalOf(list[0]))
    .registerFunction('list.last(): optional', (list: List) => optionalOf(list.at(-1)))
    .registerFunction('list.unwrapOpt(): list', unwrap)
    .registerFunction('OptionalNamespace.unwrap(list): list', (_: unknown, list: List) => unwrap(list));
}

function rangeOf(count: bigint): bigint[] {
  if (count < 0n) throw new Error(`lists.range: size must be non-negative, got ${count}`);
  return Array.from({ length: Number(count) }, (_item, index) => BigInt(index));
}

function addSets(environment: Environment): void {
  const sets = addNamespace(environment, 'sets');
  const has = (list: List, value: unknown) => list.some((item) => equalValues(item, value));
  const contains = (_: unknown, list: List, part: List) => part.every((item) => has(list, item));
  environment
    .registerFunction(`${sets}.contains(list, list): bool`, contains)
    .registerFunction(
      `${sets}.equivalent(list, list): bool`,
      (_: unknown, a: List, b: List) => contains(_, a, b) && contains(_, b, a),
    )
    .registerFunction(`${sets}.intersects(list, list): bool`, (_: unknown, a: List, b: List) =>
      a.some((item) => has(b, item)),
    );
}

function sum(list: List): unknown {
  if (list.length === 0) return 0n;
  return list.reduce((total, item) => {
    if (typeof total === 'bigint' && typeof item === 'bigint') return total + item;
    if (typeof total === 'number' && typeof item === 'number') return total + item;
    if (total instanceof Duration && item instanceof Duration) return total.addDuration(item);
    throw new Error('no such overload: sum of values that cannot be added');
  });
}

function distinct(list: List): unknown[] {
  const found: unknown[] = [];
  for (const item of list) if (!found.some((other) => equalValues(other, item))) found.push(item);
  return found;
}
