/** A JSONPath that cannot be read, or that finds nothing. */
export class JsonPathError extends Error {}

/** One side of a filter's comparison: a path from the item, or a value as it is written. */
type Operand =
  | { readonly kind: 'path'; readonly parts: readonly Part[] }
  | { readonly kind: 'value'; readonly type: 'string' | 'int' | 'float' | 'bool'; readonly value: unknown };

type Part =
  | {
      readonly kind: 'filter';
      readonly left: Operand;
      readonly comparison?: { readonly operator: string; readonly right: Operand };
    }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'every' }
  | { readonly kind: 'deep' }
  | { readonly kind: 'union'; readonly parts: readonly Part[] }
  | {
      readonly kind: 'slice';
      readonly from?: number;
      readonly to?: number;
      readonly step: number;
      readonly isIndex: boolean;
    };

/**
 * What an expression finds, in the dialect of Kubernetes' client-go: `a.b`, `['a b']`, `a\.b`, indices, slices, unions,
 * wildcards, `..` and filters. A key that is missing is a JsonPathError.
 */
export function findByJsonPath(root: unknown, expression: string): unknown[] {
  let values: unknown[] = [root];
  for (const part of parsePath(expression)) values = step(values, part);
  return values;
}

/** The parts of a path that begins with a dot or a bracket, or with neither. */
function parsePath(expression: string): Part[] {
  const parts: Part[] = [];
  let rest = expression.startsWith('.') || expression.startsWith('[') ? expression : `.${expression}`;
  while (rest !== '') {
    if (rest.startsWith('..')) {
      parts.push({ kind: 'deep' });
      rest = rest[2] === '[' ? rest.slice(2) : rest.slice(1);
      if (rest === '.') throw new JsonPathError('unterminated path after ".."');
    } else if (rest.startsWith('.')) {
      const name = /^\.((?:\\.|[^.,[\]$@{}\s\\])+)/.exec(rest)?.[1];
      if (name === undefined) throw new JsonPathError(`unrecognized character in "${rest}"`);
      parts.push(name === '*' ? { kind: 'every' } : { kind: 'field', name: name.replaceAll('\\', '') });
      rest = rest.slice(1 + name.length);
    } else if (rest.startsWith('[?(')) {
      const inside = /^\[\?\(((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"])*?)\)\]/.exec(rest);
      if (!inside) throw new JsonPathError(`unterminated filter in "${rest}"`);
      parts.push(parseFilter(inside[1]!));
      rest = rest.slice(inside[0].length);
    } else if (rest.startsWith('[')) {
      const inside = /^\[((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^\]'"])*)\]/.exec(rest);
      if (!inside) throw new JsonPathError(`unterminated array in "${rest}"`);
      parts.push(parseBracket(inside[1]!));
      rest = rest.slice(inside[0].length);
    } else throw new JsonPathError(`unrecognized character in "${rest}"`);
  }
  return parts;
}

function parseBracket(text: string): Part {
  const items = text.match(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,]+/g) ?? [];
  if (items.length !== 1) return { kind: 'union', parts: items.map((item) => parseBracket(item.trim())) };
  const [item] = items;
  if (item === '*') return { kind: 'every' };
  const quoted = /^(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")$/.exec(item!);
  if (quoted) return { kind: 'field', name: (quoted[1] ?? quoted[2]!).replaceAll('\\', '') };
  const numbers = /^(-?\d+)?(?:(:)(-?\d+)?(?::(\d+)?)?)?$/.exec(item!);
  if (!numbers || item === '') throw new JsonPathError(`invalid array index ${text}`);
  const from = numbers[1] === undefined ? undefined : Number(numbers[1]);
  const isIndex = numbers[2] === undefined;
  const to = numbers[3] === undefined ? undefined : Number(numbers[3]);
  return {
    kind: 'slice',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    step: Number(numbers[4] ?? 1),
    isIndex,
  };
}

function parseFilter(text: string): Part {
  const match = /^((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"=!<>])*)(?:(==|!=|<=|>=|<|>)([\s\S]+))?$/.exec(
    text,
  );
  if (!match) throw new JsonPathError(`invalid filter ${text}`);
  const left = parseOperand(match[1]!.trim());
  if (match[2] === undefined) return { kind: 'filter', left };
  return { kind: 'filter', left, comparison: { operator: match[2], right: parseOperand(match[3]!.trim()) } };
}

function parseOperand(text: string): Operand {
  if (text.startsWith('@')) return { kind: 'path', parts: text === '@' ? [] : parsePath(text.slice(1)) };
  const quoted = /^(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")$/.exec(text);
  if (quoted) return { kind: 'value', type: 'string', value: (quoted[1] ?? quoted[2]!).replaceAll('\\', '') };
  if (/^[-+]?\d+$/.test(text)) return { kind: 'value', type: 'int', value: Number(text) };
  if (/^[-+]?\d*\.\d+$/.test(text)) return { kind: 'value', type: 'float', value: Number(text) };
  if (text === 'true' || text === 'false') return { kind: 'value', type: 'bool', value: text === 'true' };
  throw new JsonPathError(`unrecognized text in a filter: ${text}`);
}

/** The items of a list for which a filter holds; what cannot be compared is an error, as in client-go. */
function filterItems(value: unknown, { left, comparison }: Part & { kind: 'filter' }): unknown[] {
  if (!Array.isArray(value))
    throw new JsonPathError('the value is not an array or slice, and cannot be filtered');
  return value.filter((item) => {
    if (!comparison) return exists(item, left);
    const [a, ...moreOfA] = operandValues(item, left);
    const [b, ...moreOfB] = operandValues(item, comparison.right);
    if (a === undefined || b === undefined) return false;
    if (moreOfA.length + moreOfB.length > 0)
      throw new JsonPathError('can only compare one element at a time');
    if (a.type !== b.type) throw new JsonPathError('incompatible types for comparison');
    return holds(a.value as string, comparison.operator, b.value as string);
  });
}

function exists(item: unknown, operand: Operand): boolean {
  try {
    return operandValues(item, operand).length > 0;
  } catch (error) {
    if (error instanceof JsonPathError) return false;
    throw error;
  }
}

function operandValues(item: unknown, operand: Operand): { type: string; value: unknown }[] {
  if (operand.kind === 'value') return [operand];
  let values: unknown[] = [item];
  for (const part of operand.parts) values = step(values, part);
  const types: Record<string, string> = { number: 'float', boolean: 'bool', string: 'string' };
  return values.map((value) => ({ type: types[typeof value] ?? 'other', value }));
}

function holds(a: string, operator: string, b: string): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function step(values: readonly unknown[], part: Part): unknown[] {
  switch (part.kind) {
    case 'field': {
      const found = values.flatMap((value) =>
        isObject(value) && Object.hasOwn(value, part.name) ? [value[part.name]] : [],
      );
      if (found.length === 0) throw new JsonPathError(`${part.name} is not found`);
      return found;
    }
    case 'every':
      return values.flatMap((value) =>
        Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : [],
      );
    case 'filter':
      return values.flatMap((value) => filterItems(value, part));
    case 'deep':
      return values.flatMap(descendants);
    case 'union':
      return part.parts.flatMap((one) => step(values, one));
    case 'slice':
      return values.flatMap((value) => {
        if (value === null || value === undefined) return [];
        if (!Array.isArray(value)) throw new JsonPathError('the value is not an array or slice');
        return part.isIndex ? [itemAt(value, part.from!)] : slice(value, part.from, part.to, part.step);
      });
  }
}

function itemAt(list: readonly unknown[], index: number): unknown {
  const at = index < 0 ? index + list.length : index;
  if (at < 0 || at >= list.length) {
    throw new JsonPathError(`array index out of bounds: index ${index}, length ${list.length}`);
  }
  return list[at];
}

function slice(list: readonly unknown[], from = 0, to = list.length, every = 1): unknown[] {
  const start = from < 0 ? from + list.length : from;
  const end = to < 0 ? to + list.length : to;
  if (start === end) return [];
  if (start < 0 || start >= list.length || end < 0 || end > list.length || start > end || every < 1) {
    throw new JsonPathError(`array index out of bounds: [${from}:${to}], length ${list.length}`);
  }
  return list.slice(start, end).filter((_, index) => index % every === 0);
}

function descendants(value: unknown): unknown[] {
  const children = Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : [];
  return [value, ...children.flatMap(descendants)];
}

function sortedValues(value: Readonly<Record<string, unknown>>): unknown[] {
  return Object.keys(value)
    .sort()
    .map((key) => value[key]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
