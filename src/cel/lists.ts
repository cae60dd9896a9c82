import type { Environment } from '@marcbachmann/cel-js';
import { loopMacro } from './comprehensions.ts';
import { addNamespace } from './engine.ts';
import { compareValues, equalValues, typeOf } from './values.ts';

type List = readonly unknown[];

/** Adds cel-go's extensions of lists and sets. Since cel-go 0.30, `lists.range` refuses a negative number. */
export function addLists(
  environment: Environment,
  { refusesNegativeRange }: { readonly refusesNegativeRange: boolean },
): void {
  environment
    .registerFunction('list.slice(int, int): list', slice)
    .registerFunction('list.flatten(): list', (list: List) => list.flat(1))
    .registerFunction('list.flatten(int): list', (list: List, depth: bigint) => {
      if (depth < 0n) throw new Error('level must be non-negative');
      return list.flat(Number(depth));
    })
    .registerFunction('list.sort(): list', (list: List) => sortByKeys(list, list))
    .registerFunction(
      'list.sortBy(ast, ast): list',
      loopMacro(1, 'sortBy', 'list', ([key], entries, run) =>
        sortByKeys(
          entries.map(([, item]) => item),
          entries.map((entry) => run(key!, entry)),
        ),
      ) as never,
    )
    .registerFunction('list.reverse(): list', (list: List) => [...list].reverse())
    .registerFunction('list.distinct(): list', (list: List) => {
      const found: unknown[] = [];
      for (const item of list) if (!found.some((other) => equalValues(other, item))) found.push(item);
      return found;
    });
  const lists = addNamespace(environment, 'lists');
  environment.registerFunction(`${lists}.range(int): list<int>`, (_: unknown, count: bigint) => {
    if (count < 0n && refusesNegativeRange)
      throw new Error(`lists.range: size must be non-negative, got ${count}`);
    return Array.from({ length: Math.max(0, Number(count)) }, (_item, index) => BigInt(index));
  });
  addSets(environment);
}

function addSets(environment: Environment): void {
  const sets = addNamespace(environment, 'sets');
  const has = (list: List, value: unknown) => list.some((item) => equalValues(item, value));
  const contains = (list: List, part: List) => part.every((item) => has(list, item));
  environment
    .registerFunction(`${sets}.contains(list, list): bool`, (_: unknown, a: List, b: List) => contains(a, b))
    .registerFunction(
      `${sets}.equivalent(list, list): bool`,
      (_: unknown, a: List, b: List) => contains(a, b) && contains(b, a),
    )
    .registerFunction(`${sets}.intersects(list, list): bool`, (_: unknown, a: List, b: List) =>
      a.some((item) => has(b, item)),
    );
}

function slice(list: List, start: bigint, end: bigint): List {
  const call = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) throw new Error(`${call}, negative indexes not supported`);
  if (start > end) throw new Error(`${call}, start index must be less than or equal to end index`);
  if (BigInt(list.length) < end) throw new Error(`${call}, list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

/** The items in the order of their keys, which must all be of one type that has an order. */
function sortByKeys(list: List, keys: List): unknown[] {
  if (keys.length > 0) compareValues(keys[0], keys[0]);
  if (keys.some((key) => typeOf(key) !== typeOf(keys[0])))
    throw new Error('list elements must have the same type');
  return list
    .map((item, index) => ({ item, key: keys[index] }))
    .sort((a, b) => compareValues(a.key, b.key))
    .map(({ item }) => item);
}
