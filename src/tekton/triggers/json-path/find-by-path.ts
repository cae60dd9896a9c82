import { TooMuch } from '../../../cel/go-json.ts';
import { JsonPathError, type Node, type Slice } from './nodes.ts';
import { parsePath } from './parse-path.ts';

/** Ten times the most values that the payload of a webhook has. */
const most = 500_000;

/** What a path finds, and why it went no further: a filter that asks whether something is there looks at both. */
interface Found {
  readonly values: readonly unknown[];
  readonly problem?: string;
}

/**
 * What an expression such as `.a.b` finds, in the dialect of Kubernetes' client-go with all its quirks. Objects are maps of Go;
 * a Map is a struct, whose fields go by their names in JSON and in Go. A key that is missing is a JsonPathError.
 */
export function findByJsonPath(root: unknown, expression: string): readonly unknown[] {
  const nodes = parsePath(expression);
  const { values, problem } = walk([root], nodes);
  if (problem !== undefined) throw new JsonPathError(problem);
  // A range without anything to repeat gives nothing.
  return nodes.some((node) => node.kind === 'word') ? [''] : values;
}

function walk(values: readonly unknown[], nodes: readonly Node[]): Found {
  let found: Found = { values };
  for (const node of nodes) {
    found = step(found.values, node);
    if (found.problem !== undefined) return found;
  }
  return found;
}

function step(values: readonly unknown[], node: Node): Found {
  switch (node.kind) {
    case 'text':
      return { values: [node.text] };
    case 'value':
      return { values: values.map(() => node.value) };
    case 'field':
      return fieldOf(values, node.name);
    case 'slice':
      return sliceOf(values, node.slice);
    case 'filter':
      return filter(values, node);
    case 'every':
      return { values: values.flatMap(childrenOf) };
    case 'deep':
      return { values: descendantsOf(values) };
    case 'union':
      return unionOf(values, node.paths);
    case 'word':
      if (node.word === 'range') return { values };
      return node.word === 'end'
        ? { values: [], problem: 'not in range, nothing to end' }
        : { values, problem: `unrecognized identifier ${node.word}` };
  }
}

function fieldOf(values: readonly unknown[], name: string): Found {
  if (values.length === 0) return { values };
  const found = values.flatMap((value) => {
    if (value instanceof Map)
      return [...(value as Map<string, unknown>)]
        .filter(([key]) => isNamed(key, name))
        .map(([, item]) => item);
    return isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];
  });
  return found.length > 0 ? { values: found } : { values: [], problem: `${name} is not found` };
}

/** Whether a field of a struct has this name in JSON, or in Go. */
function isNamed(field: string, name: string): boolean {
  return field === name || field.replace(/^./, (first) => first.toUpperCase()) === name;
}

function sliceOf(values: readonly unknown[], { from = 0, to, step: every, isIndex }: Slice): Found {
  const result: unknown[] = [];
  for (const list of values) {
    if (list === null || list === undefined) continue;
    if (!Array.isArray(list)) return { values, problem: 'the value is not array or slice' };
    const { length } = list;
    const start = from < 0 ? from + length : from;
    let end = isIndex ? from + 1 : (to ?? length);
    if (end < 0 || (isIndex && end === 0)) end += length;
    if (start === end) return { values: result };
    const wrong = start < 0 || start >= length ? start : end < 0 || end > length ? end - 1 : undefined;
    if (wrong !== undefined)
      return { values, problem: `array index out of bounds: index ${wrong}, length ${length}` };
    if (start > end)
      return { values, problem: `starting index ${start} is greater than ending index ${end}` };
    if (every !== undefined && every <= 0) return { values, problem: 'step must be > 0' };
    for (let at = start; at < end; at += every ?? 1) result.push((list as unknown[])[at]);
  }
  return { values: result };
}

function unionOf(values: readonly unknown[], paths: readonly (readonly Node[])[]): Found {
  const result: unknown[] = [];
  for (const path of paths) {
    const found = walk(values, path);
    if (found.problem !== undefined) return { values, problem: found.problem };
    result.push(...found.values);
  }
  return { values: result };
}

/** The items of lists for which a filter holds; what cannot be compared is a problem. */
function filter(values: readonly unknown[], { left, operator, right }: Node & { kind: 'filter' }): Found {
  const result: unknown[] = [];
  for (const list of values) {
    if (!Array.isArray(list))
      return { values, problem: 'the value is not array or slice and cannot be filtered' };
    for (const item of list as unknown[]) {
      const a = walk([item], left);
      if (operator === undefined) {
        if (a.values.length > 0) result.push(item);
        continue;
      }
      if (a.problem !== undefined) return { values, problem: a.problem };
      if (a.values.length === 0) continue;
      const b = walk([item], right);
      if (a.values.length > 1) return { values, problem: 'can only compare one element at a time' };
      if (b.problem !== undefined) return { values, problem: b.problem };
      if (b.values.length === 0) continue;
      if (b.values.length > 1) return { values, problem: 'can only compare one element at a time' };
      const verdict = compare(a.values[0], operator, b.values[0]);
      if (typeof verdict === 'string') return { values: result, problem: verdict };
      if (verdict) result.push(item);
    }
  }
  return { values: result };
}

/** The items of a value; those of a text are the numbers of its bytes. */
function childrenOf(value: unknown): unknown[] {
  if (typeof value === 'string') return [...Buffer.from(value)].map(BigInt);
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Map) return [...(value as Map<string, unknown>).values()];
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort()
    .map((key) => value[key]);
}

/** The values and all in them, outermost first, as far as there is something in them; without recursion, as deep as it is. */
function descendantsOf(values: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  const left = values.toReversed();
  let steps = 0;
  while (left.length > 0) {
    const next = left.pop();
    if (++steps > most) throw new TooMuch(`a path with .. finds more than ${most} values`);
    if (typeof next === 'string') {
      if (next !== '') found.push(next);
      continue;
    }
    const children = childrenOf(next);
    if (children.length > 0) found.push(next);
    for (const child of children.toReversed()) left.push(child);
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const comparable = new Set(['string', 'boolean', 'bigint', 'number']);

/** Whether a comparison of a filter holds; a text says why there is none. Only values of one type are compared. */
function compare(a: unknown, operator: string, b: unknown): boolean | string {
  if (!['==', '!=', '<', '<=', '>', '>='].includes(operator))
    return `unrecognized filter operator ${operator}`;
  if (!comparable.has(typeof a) || !comparable.has(typeof b)) return 'invalid type for comparison';
  if (typeof a !== typeof b) return 'incompatible types for comparison';
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a === 'boolean') return 'invalid type for comparison';
  const order =
    typeof a === 'string'
      ? Buffer.compare(Buffer.from(a), Buffer.from(b as string))
      : orderOf(a as number, b as number);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function orderOf(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
