import { Environment } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/** The names that CEL has for the types of values. */
export type CelType =
  | 'null_type'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'list'
  | 'map'
  | 'google.protobuf.Duration'
  | 'google.protobuf.Timestamp'
  | 'type';

/** A value of a type that a library adds, such as an IP address. `string(…)` prints it. */
export abstract class LibraryValue {
  abstract toString(): string;
}

const TypeValue = (new Environment().evaluate('type(0)') as object).constructor as new () => {
  readonly name: string;
};

/** The type of a value: whole numbers are bigint, doubles are number. A value of a library counts as a map. */
export function typeOf(value: unknown): CelType {
  if (value === null || value === undefined) return 'null_type';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'list';
  if (value instanceof UnsignedInt) return 'uint';
  if (value instanceof Date) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  return value instanceof TypeValue ? 'type' : 'map';
}

/** The name of a type that is itself a value, as `type(1)` is. */
export function nameOfType(value: unknown): string {
  return (value as { readonly name: string }).name;
}

/** The value as an unsigned integer; throws when it does not fit into 64 bits. */
export function uint(value: bigint): UnsignedInt {
  return new UnsignedInt(BigInt.asUintN(64, value) === value ? value : overflow());
}

/** The value, which must fit into 64 bits with a sign; throws otherwise. */
export function int(value: bigint): bigint {
  return BigInt.asIntN(64, value) === value ? value : overflow();
}

function overflow(): never {
  throw new Error('integer overflow');
}

/** The number of an int, uint or double; undefined for any other value. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof UnsignedInt ? value.valueOf() : undefined;
}

/** The keys and values of a map, whichever way the engine holds it. */
export function entriesOf(map: unknown): [unknown, unknown][] {
  return map instanceof Map ? [...(map as Map<unknown, unknown>)] : Object.entries(map as object);
}

/** Negative, zero or positive for two values that have an order, numbers across their types; throws for others. */
export function compareValues(a: unknown, b: unknown): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (a instanceof Duration && b instanceof Duration)
    return a.seconds === b.seconds ? a.nanos - b.nanos : a.seconds < b.seconds ? -1 : 1;
  throw new Error('no such overload: these values have no order');
}

/** The order of two texts by their characters, which is that of their bytes. JavaScript orders by halves of pairs. */
export function compareTexts(a: string, b: string): number {
  if (/[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b))
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether two values are equal: numbers across their types, lists and maps by their content. */
export function equalValues(a: unknown, b: unknown): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  // oxlint-disable-next-line eqeqeq -- a bigint and a number of the same value are equal in CEL
  if (left !== undefined && right !== undefined) return left == right;
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (Array.isArray(a)) {
    const other = b as readonly unknown[];
    return a.length === other.length && a.every((item, index) => equalValues(item, other[index]));
  }
  if (type === 'map') {
    const [one, two] = [entriesOf(a), new Map(entriesOf(b))];
    return (
      one.length === two.size && one.every(([key, item]) => two.has(key) && equalValues(item, two.get(key)))
    );
  }
  const isOrdered = type === 'bytes' || a instanceof Duration || a instanceof Date;
  return isOrdered && compareValues(a, b) === 0;
}
