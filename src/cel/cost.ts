import { costOfCall, costOfOperator, shallowSize } from './cost-of-step.ts';

/** A node of the engine's syntax tree after it was checked, as far as its cost is counted. */
interface CheckedNode {
  readonly op: string;
  readonly args: unknown;
  readonly meta: {
    readonly alternate?: unknown;
    readonly evaluate: (evaluator: unknown, node: unknown, scope: unknown) => unknown;
  };
  handle?: (...given: unknown[]) => unknown;
  setMeta(key: string, value: unknown): unknown;
}

/** An error that the expression may pass over takes as long to make as about so many steps. */
const stepsOfError = 100;

/** One for all, as a loop may go on after it at each item. */
const tooMuch = new Error('the expression is too expensive');

let left = Infinity;
let isSpent = false;

/** Takes steps from what the evaluation that runs may still cost; throws when that is spent. */
export function spend(steps: number): void {
  left -= steps;
  if (left >= 0) return;
  isSpent = true;
  throw tooMuch;
}

/** What the evaluation that runs may still cost: counting a value need not go further. */
export function stepsLeft(): number {
  return Math.max(0, left);
}

/**
 * Makes each evaluation of a checked syntax tree count its steps and the sizes of what it makes, about as cel-go does: one step for an
 * operator, a call, or a turn of a loop, one for ten characters of text, one for an item of a list. Returns what runs an evaluation;
 * it throws when more than `limit` steps were needed, whatever the expression makes of errors.
 */
export function limitCost(root: unknown, limit: number): <T>(evaluate: () => T) => T {
  count(root, new Set());
  return (evaluate) => {
    const outer = { left, isSpent };
    [left, isSpent] = [limit, false];
    const outcome = outcomeOf(evaluate);
    const wasSpent = isSpent;
    ({ left, isSpent } = outer);
    // First, as `||`, `all` and `exists` go on after an error.
    if (wasSpent) throw new Error(tooExpensive(limit));
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
}

function outcomeOf<T>(evaluate: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: evaluate() };
  } catch (error) {
    return { error };
  }
}

function tooExpensive(limit: number): string {
  return (
    `the expression needs more than ${limit} steps and was stopped: ` +
    'loop over fewer items, put no loop inside another one, or make shorter texts and lists'
  );
}

function count(value: unknown, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) {
    for (const item of value) count(item, seen);
    return;
  }
  if (!('op' in value)) return;
  const node = value as CheckedNode;
  if (node.op === 'value') return;
  countNode(node);
  count(node.meta.alternate, seen);
  if (node.op === 'comprehension') {
    for (const part of Object.values(node.args as object)) count(part, seen);
  } else {
    count(node.args, seen);
  }
}

function countNode(node: CheckedNode): void {
  const { op, handle } = node;
  if (handle !== undefined) node.handle = counted(op, handle, node.args);
  else if (op !== 'id') {
    const { evaluate } = node.meta;
    const steps = 1 + (Array.isArray(node.args) ? node.args.length : 0);
    node.setMeta('evaluate', (evaluator: unknown, self: unknown, scope: unknown) => {
      spend(steps);
      return evaluate(evaluator, self, scope);
    });
  }
}

/** What the engine calls with the values of a node's parts. */
function counted(
  op: string,
  handle: (...given: unknown[]) => unknown,
  args: unknown,
): (...given: unknown[]) => unknown {
  if (op === 'call' || op === 'rcall') {
    const name = String((args as readonly unknown[])[0]);
    return (values, ...rest) => {
      spend(costOfCall(name, values as readonly unknown[], stepsLeft()));
      const result = orCostlyError(() => handle(values, ...rest));
      spend(shallowSize(result));
      return result;
    };
  }
  if (op === 'comprehension') {
    return (items, ...rest) => {
      spend(1 + keyCount(items));
      return handle(items, ...rest);
    };
  }
  if (op === '?:') {
    return (...given) => {
      spend(1);
      return handle(...given);
    };
  }
  if (op === '!_' || op === '-_') {
    return (...given) => {
      spend(1);
      return orCostlyError(() => handle(...given));
    };
  }
  return (a, b, ...rest) => {
    spend(costOfOperator(op, a, b, stepsLeft()));
    return orCostlyError(() => handle(a, b, ...rest));
  };
}

function orCostlyError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    spend(stepsOfError);
    throw error;
  }
}

/** A loop over a map makes a list of its keys first. */
function keyCount(items: unknown): number {
  if (Array.isArray(items) || typeof items !== 'object' || items === null) return 0;
  return items instanceof Map ? items.size : Object.keys(items).length;
}
