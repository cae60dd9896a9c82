import type { Duration } from '@marcbachmann/cel-js/evaluator';
import { printDuration, printTimestamp } from './conversions.ts';
import { entriesOf, numberOf, typeOf } from './values.ts';

/** A value of plain JSON or YAML as Kubernetes gives it to CEL: whole numbers are `int`. */
export function toCel(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toCel);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) copy[key] = toCel(item);
  }
  // The engine tells types by `constructor`, which may be the name of a label.
  return Object.hasOwn(copy, 'constructor') ? new Map(Object.entries(copy)) : copy;
}

/**
 * A value of JSON as Tekton Triggers gives it to CEL: numbers are doubles. The engine tells types by `constructor`, so an object
 * with a key of that name, and everything around it, becomes Maps. Any other value is returned as it is.
 */
export function asCel(root: unknown): unknown {
  return hasConstructor(root) ? withMaps(root) : root;
}

function hasConstructor(root: unknown): boolean {
  const left = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.hasOwn(value, 'constructor')) return true;
    for (const item of Object.values(value)) left.push(item);
  }
  return false;
}

function withMaps(root: unknown): unknown {
  const result: unknown[] = [];
  const left: { readonly value: unknown; readonly put: (made: unknown) => void }[] = [
    { value: root, put: (made) => result.push(made) },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, put } = next;
    if (typeof value !== 'object' || value === null) put(value);
    else if (Array.isArray(value)) {
      const list = [...(value as unknown[])];
      for (const [index, item] of list.entries())
        left.push({ value: item, put: (made) => (list[index] = made) });
      put(list);
    } else {
      const map = new Map<string, unknown>(Object.entries(value));
      for (const [key, item] of map) left.push({ value: item, put: (made) => map.set(key, made) });
      put(map);
    }
  }
  return result[0];
}

/**
 * A value of CEL as JSON, the way Go's structpb has it: whole numbers beyond 2^53 become texts, bytes base64, times texts. Throws for
 * keys that are not texts and numbers that are not finite.
 */
export function toJson(value: unknown): unknown {
  const number = numberOf(value);
  if (typeof number === 'bigint')
    return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
  switch (typeOf(value)) {
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'list':
      return (value as readonly unknown[]).map(toJson);
    case 'map':
      return Object.fromEntries(entriesOf(value).map(([key, item]) => [keyOf(key), toJson(item)]));
    case 'google.protobuf.Timestamp':
      return printTimestamp(value as Date);
    case 'google.protobuf.Duration':
      return printDuration(value as Duration);
    case 'double':
      if (!Number.isFinite(value))
        throw new Error(`google.protobuf.Value.number_value: invalid ${String(value)} value`);
      return value;
    case 'type':
      throw new Error('a type cannot be JSON');
    default:
      return value ?? null;
  }
}

function keyOf(key: unknown): string {
  if (typeof key !== 'string') throw new Error(`unsupported type conversion from '${typeOf(key)}' to string`);
  return key;
}
