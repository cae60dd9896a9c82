/** Functions for which the length of a list makes no difference. */
const onlyTexts = new Set([
  ...['size', 'first', 'last', 'hasValue', 'value', 'or', 'orValue', 'orValueGo', 'of', 'dyn', 'type'],
  ...['ofNonZeroValue'],
]);

/** Functions that go through all that is inside of lists and maps. */
const deep = new Set([
  ...['flatten', 'joinGo', 'format', 'marshalJSON', 'stringGo', 'indexOfGo', 'lastIndexOfGo'],
]);

/** Functions that compare each item of a list with the others, or with those of another list. */
const comparing = new Set(['distinct', 'contains', 'equivalent', 'intersects']);

/** Functions that look for a text at each place of another one. */
const searching = new Set(['indexOfGo', 'lastIndexOfGo']);

/** The steps of a call before its result is made; counting inside of values stops at `most`. */
export function costOfCall(name: string, values: readonly unknown[], most: number): number {
  const [first, second] = values;
  if (onlyTexts.has(name)) return 1 + (typeof first === 'string' ? first.length / 10 : 0);
  if (name === 'range') return 1 + Math.max(0, Number(values.at(-1)));
  if (name === 'replace' || name === 'translate') return costOfReplacement(name, values);
  if (typeof first === 'string' && typeof second === 'string' && searching.has(name))
    return 1 + tenth(first) * tenth(second);
  if (comparing.has(name)) {
    const [a, b = a] = values.filter((value): value is readonly unknown[] => Array.isArray(value));
    if (a && b) return 1 + (a.length * deepSize(b, most)) / 10;
  }
  const sizeOf = deep.has(name) ? (value: unknown) => deepSize(value, most) : shallowSize;
  return values.reduce<number>((sum, value) => sum + sizeOf(value), 1);
}

/** The length that a text can get in which each find is replaced; a regular expression may find something at each place. */
function costOfReplacement(name: string, values: readonly unknown[]): number {
  const [text = '', from = '', to = ''] = values.filter((value) => typeof value === 'string');
  const isRegex = name === 'translate' || typeof values[0] !== 'string';
  const finds = isRegex || from === '' ? text.length + 1 : text.length / from.length;
  return 1 + (text.length + finds * to.length) / 10;
}

/** The steps of an operator with two sides. */
export function costOfOperator(op: string, left: unknown, right: unknown, most: number): number {
  if (op === '+') return 1 + shallowSize(left) + shallowSize(right);
  if (op.startsWith('.') || op.startsWith('[') || left === right) return 1;
  if (op === 'in') return 1 + (Array.isArray(right) ? deepSize(right, most) : 0);
  if (typeof left === 'string' && typeof right === 'string')
    return 1 + Math.min(left.length, right.length) / 10;
  const isHolder = typeof left === 'object' && typeof right === 'object' && left !== null && right !== null;
  return isHolder ? 1 + Math.min(deepSize(left, most), deepSize(right, most)) : 1;
}

/** One step for ten characters or bytes, or for an item of a list, but not for what is inside of the items. */
export function shallowSize(value: unknown): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length / 10;
  return Array.isArray(value) ? value.length : 0;
}

/** The size of a value with all that is inside of it, as often as it is there; at least `most` when it is larger than that. */
export function deepSize(value: unknown, most: number): number {
  let size = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && size <= most) {
    const next = open.pop();
    size += 1;
    if (typeof next === 'string' || next instanceof Uint8Array) size += next.length / 10;
    else if (Array.isArray(next)) push(open, next, most);
    else if (next instanceof Map) push(open, [...next.values()], most);
    else if (typeof next === 'object' && next !== null && !(next instanceof Date))
      push(open, Object.values(next), most);
  }
  return size + open.length;
}

/** Not with a spread: a list may be longer than a call may have arguments. */
function push(open: unknown[], items: readonly unknown[], most: number): void {
  for (const item of items) {
    if (open.length > most) return;
    open.push(item);
  }
}

function tenth(text: string): number {
  return Math.ceil(text.length / 10);
}
