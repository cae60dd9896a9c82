import type { Environment } from '@marcbachmann/cel-js';
import { spend } from './cost.ts';
import type { Call, Checker, Evaluator, Node, Scope } from './syntax-tree.ts';

type Entry = readonly [key: unknown, value: unknown];
/** Evaluates one of a macro's expressions for an entry. */
type Run = (expression: Node, entry: Entry) => unknown;

/** Adds cel-go's comprehensions over two variables: index and item of a list, or key and value of a map. */
export function addTwoVariableComprehensions(environment: Environment): void {
  const add = (name: string, expressions: number, type: string, evaluate: Evaluate) => {
    const arguments_ = Array(expressions + 2)
      .fill('ast')
      .join(', ');
    environment.registerFunction(
      `dyn.${name}(${arguments_}): ${type}`,
      loopMacro(2, name, type, evaluate) as never,
    );
  };
  add('all', 1, 'bool', ([test], entries, run) => !some(entries, (entry) => !truth(run(test!, entry))));
  add('exists', 1, 'bool', ([test], entries, run) => some(entries, (entry) => truth(run(test!, entry))));
  const isOne: Evaluate = ([test], entries, run) =>
    entries.filter((entry) => truth(run(test!, entry))).length === 1;
  add('existsOne', 1, 'bool', isOne);
  add('exists_one', 1, 'bool', isOne);
  for (const [name, collect] of Object.entries(transforms)) {
    const type = name === 'transformList' ? 'list<dyn>' : 'map<dyn, dyn>';
    add(name, 1, type, ([made], entries, run) =>
      collect(entries.map((entry) => [entry[0], run(made!, entry)])),
    );
    add(name, 2, type, ([test, made], entries, run) =>
      collect(
        entries.filter((entry) => truth(run(test!, entry))).map((entry) => [entry[0], run(made!, entry)]),
      ),
    );
  }
}

type Evaluate = (expressions: readonly Node[], entries: readonly Entry[], run: Run) => unknown;

const transforms: Readonly<Record<string, (made: readonly Entry[]) => unknown>> = {
  transformList: (made) => made.map(([, value]) => value),
  transformMap: (made) => mapOf(made),
  transformMapEntry: (made) => mapOf(made.flatMap(([, value]) => loopEntries(value))),
};

/** A macro over the items of a list (one variable), or the entries of a list or map (two), each turn of which counts as a step. */
export function loopMacro(variables: 1 | 2, name: string, type: string, evaluate: Evaluate) {
  return ({ receiver, args }: Call) => {
    const names = args.slice(0, variables);
    const expressions = args.slice(variables);
    if (names.some(({ op }) => op !== 'id'))
      throw new Error(
        `${name} takes ${variables === 1 ? 'a variable' : 'two variables'} and then expressions`,
      );
    let [outer, inner]: (Scope | undefined)[] = [];
    return {
      receiver,
      typeCheck(checker: Checker, _macro: unknown, scope: Scope): unknown {
        const { valueType } = checker.check(receiver, scope);
        const dyn = checker.getType('dyn');
        const first = variables === 1 ? (valueType ?? dyn) : dyn;
        outer = scope.forkWithVariable(names[0]!.args as string, first);
        inner = variables === 1 ? outer : outer.forkWithVariable(names[1]!.args as string, dyn);
        for (const expression of expressions) checker.check(expression, inner);
        return checker.getType(type);
      },
      evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
        const value = evaluator.run(receiver, scope);
        if (variables === 1 && !Array.isArray(value))
          throw new Error(`no such overload: ${name} of what is not a list`);
        const entries = loopEntries(value);
        spend(1 + entries.length);
        return evaluate(expressions, entries, (expression, [key, item]) => {
          spend(1);
          const first = outer!.reuse(scope).setIterValue(variables === 1 ? item : key, evaluator);
          return evaluator.run(
            expression,
            variables === 1 ? first : inner!.reuse(first).setIterValue(item, evaluator),
          );
        });
      },
    };
  };
}

function loopEntries(value: unknown): Entry[] {
  if (Array.isArray(value)) return value.map((item, index) => [BigInt(index), item]);
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.entries(value);
  throw new Error('no such overload: a comprehension over what is neither a list nor a map');
}

function mapOf(entries: readonly Entry[]): unknown {
  const map = new Map<unknown, unknown>();
  for (const [key, value] of entries) {
    if (map.has(key)) throw new Error(`insert failed: key ${String(key)} already exists`);
    map.set(key, value);
  }
  const isPlain = entries.every(([key]) => typeof key === 'string');
  return isPlain ? Object.fromEntries(map as Map<string, unknown>) : map;
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('no such overload: a condition must be bool');
  return value;
}

/** Whether a test holds for one entry; an error counts only where it holds for none, as in cel-go. */
function some(entries: readonly Entry[], test: (entry: Entry) => boolean): boolean {
  let error: unknown;
  for (const entry of entries) {
    try {
      if (test(entry)) return true;
    } catch (thrown) {
      error ??= thrown;
    }
  }
  if (error !== undefined) throw error;
  return false;
}
