import type { Environment } from '@marcbachmann/cel-js';
import { formatText, printValue } from './format-text.ts';
import { matchesRegex } from './regex.ts';
import { addNamespace, compareValues, equalValues } from './values.ts';

type List = readonly unknown[];

/** Adds cel-go's extensions that the engine lacks, or has otherwise than cel-go: strings, lists, sets, math and encoders. */
export function addExtensionFunctions(environment: Environment): void {
  addStrings(environment);
  addLists(environment);
  addSets(environment);
  addMath(environment);
  const base64 = addNamespace(environment, 'base64');
  environment
    .registerFunction(`${base64}.encode(bytes): string`, (_: unknown, bytes: Uint8Array) =>
      Buffer.from(bytes).toString('base64'),
    )
    .registerFunction(`${base64}.decode(string): bytes`, (_: unknown, text: string) =>
      Buffer.from(text, 'base64'),
    );
}

function addStrings(environment: Environment): void {
  environment
    .registerFunction('string.matchesRe2(string): bool', matchesRegex)
    .registerFunction('matches(string, string): bool', matchesRegex)
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
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.format(list): string', formatText)
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, limit: bigint) => {
        let left = limit < 0n ? Infinity : Number(limit);
        return text.replaceAll(from, (found) => (left-- > 0 ? to : found));
      },
    );
  const strings = addNamespace(environment, 'strings');
  environment.registerFunction(`${strings}.quote(string): string`, (_: unknown, text: string) =>
    JSON.stringify(text),
  );
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
    .registerFunction('list.indexOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findIndex((item) => equalValues(item, value))),
    )
    .registerFunction('list.lastIndexOf(dyn): int', (list: List, value: unknown) =>
      BigInt(list.findLastIndex((item) => equalValues(item, value))),
    )
    .registerFunction('list.slice(int, int): list', (list: List, start: bigint, end: bigint) => {
      if (start < 0n || end < start || end > BigInt(list.length))
        throw new Error('slice: index out of range');
      return list.slice(Number(start), Number(end));
    })
    .registerFunction('list.flatten(): list', (list: List) => list.flat())
    .registerFunction('list.flatten(int): list', (list: List, depth: bigint) => list.flat(Number(depth)))
    .registerFunction('list.distinct(): list', distinct)
    .registerFunction('list.reverse(): list', (list: List) => [...list].reverse())
    .registerFunction('list.sort(): list', (list: List) => [...list].sort(compareValues));
  const lists = addNamespace(environment, 'lists');
  environment.registerFunction(`${lists}.range(int): list<int>`, (_: unknown, count: bigint) =>
    Array.from({ length: Number(count) }, (_item, index) => BigInt(index)),
  );
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

function addMath(environment: Environment): void {
  const math = addNamespace(environment, 'math');
  const pick = (sign: number) => (values: List) =>
    values.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best));
  for (const [name, choose] of [
    ['greatest', pick(1)],
    ['least', pick(-1)],
  ] as const) {
    environment.registerFunction(`${math}.${name}(dyn): dyn`, (_: unknown, value: unknown) =>
      Array.isArray(value) ? choose(value) : value,
    );
    for (const arity of [2, 3, 4, 5]) {
      const parameters = Array(arity).fill('dyn').join(', ');
      environment.registerFunction(
        `${math}.${name}(${parameters}): dyn`,
        (_: unknown, ...values: unknown[]) => choose(values),
      );
    }
  }
  for (const [name, apply] of Object.entries({
    ceil: Math.ceil,
    floor: Math.floor,
    trunc: Math.trunc,
    abs: Math.abs,
  })) {
    environment.registerFunction(`${math}.${name}(double): double`, (_: unknown, value: number) =>
      apply(value),
    );
  }
  environment
    .registerFunction(`${math}.round(double): double`, (_: unknown, value: number) =>
      value < 0 ? -Math.round(-value) : Math.round(value),
    )
    .registerFunction(`${math}.abs(int): int`, (_: unknown, value: bigint) => (value < 0n ? -value : value));
}

function sum(list: List): unknown {
  if (list.length === 0) return 0n;
  return list.reduce((total, item) => {
    if (typeof total === 'bigint' && typeof item === 'bigint') return total + item;
    if (typeof total === 'number' && typeof item === 'number') return total + item;
    throw new Error(`no such overload: sum of ${printValue(total)} and ${printValue(item)}`);
  });
}

function distinct(list: List): unknown[] {
  const found: unknown[] = [];
  for (const item of list) if (!found.some((other) => equalValues(other, item))) found.push(item);
  return found;
}
