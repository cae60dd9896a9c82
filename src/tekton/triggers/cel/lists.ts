import type { Environment } from '@marcbachmann/cel-js';
import { spend } from '../../../cel/cost.ts';
import { addNamespace } from '../../../cel/values.ts';
import { compareInOrder, isEqual } from './values.ts';

type List = readonly unknown[];

/** The part of the engine's syntax tree, checker and evaluator that a macro works with. */
interface Node {
  readonly op: string;
  readonly args: unknown;
}
interface Scope {
  forkWithVariable(name: string, type: unknown): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Checker {
  check(node: Node, scope: Scope): unknown;
  getType(name: string): unknown;
}
interface Evaluator {
  run(node: Node, scope: Scope): unknown;
}

/** cel-go's extensions of lists and sets. */
export function addLists(environment: Environment): void {
  environment
    .registerFunction('list.slice(int, int): list', slice)
    .registerFunction('list.flatten(): list', (list: List) => list.flat(1))
    .registerFunction('list.flatten(int): list', (list: List, depth: bigint) => {
      if (depth < 0n) throw new Error('level must be non-negative');
      return list.flat(Number(depth));
    })
    .registerFunction('list.sort(): list', (list: List) => sortByKeys(list, list))
    .registerFunction('list.sortBy(ast, ast): list', sortByMacro as never)
    .registerFunction('list.reverse(): list', (list: List) => [...list].reverse())
    .registerFunction('list.distinct(): list', (list: List) => {
      const found: unknown[] = [];
      for (const item of list) if (!found.some((other) => isEqual(other, item))) found.push(item);
      return found;
    });
  const lists = addNamespace(environment, 'lists');
  environment.registerFunction(`${lists}.range(int): list<int>`, (_: unknown, count: bigint) => {
    if (count > 1_000_000n) throw new Error(`a list of ${count} numbers is too long`);
    return Array.from({ length: Math.max(0, Number(count)) }, (_item, index) => BigInt(index));
  });
  addSets(environment);
}

function addSets(environment: Environment): void {
  const sets = addNamespace(environment, 'sets');
  const has = (list: List, value: unknown) => list.some((item) => isEqual(item, value));
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

function sortByKeys(list: List, keys: List): unknown[] {
  if (keys.length > 0) compareInOrder(keys[0], keys[0]);
  for (const key of keys) compareInOrder(keys[0], key);
  return list
    .map((item, index) => ({ item, key: keys[index] }))
    .sort((a, b) => compareInOrder(a.key, b.key))
    .map(({ item }) => item);
}

/** `list.sortBy(x, key)`: the items in the order of their keys. */
function sortByMacro({
  receiver,
  args: [variable, key],
}: {
  readonly receiver: Node;
  readonly args: readonly [variable: Node, key: Node];
}) {
  if (variable.op !== 'id') throw new Error('sortBy takes a variable and an expression');
  let inner: Scope | undefined;
  return {
    receiver,
    args: [variable, key],
    async: false,
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
      const type = checker.check(receiver, scope) as { readonly valueType?: unknown };
      inner = scope.forkWithVariable(variable.args as string, type.valueType ?? checker.getType('dyn'));
      checker.check(key, inner);
      return checker.getType('list');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
      const list = evaluator.run(receiver, scope);
      if (!Array.isArray(list)) throw new Error('no such overload: sortBy of what is no list');
      spend(list.length);
      const keys = list.map((item: unknown) =>
        evaluator.run(key, inner!.reuse(scope).setIterValue(item, evaluator)),
      );
      return sortByKeys(list, keys);
    },
  };
}
