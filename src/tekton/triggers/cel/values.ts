import { Environment } from '@marcbachmann/cel-js';

/** An unsigned integer, as the engine holds it. */
export interface Uint {
  readonly value: bigint;
}

/** A duration, as the engine holds it. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

type UintClass = new (value: bigint) => Uint;
const engine = new Environment();
const UintOfEngine = (engine.evaluate('0u') as object).constructor as UintClass;
const DurationOfEngine = (engine.evaluate("duration('0s')") as object).constructor as new () => Duration;
const TypeOfEngine = (engine.evaluate('type(0)') as object).constructor as new () => {
  readonly name: string;
};

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

/** The type of a value of the engine: whole numbers are bigint, doubles number. */
export function typeOf(value: unknown): CelType {
  if (value === null || value === undefined) return 'null_type';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint8Array) return 'bytes';
  if (Array.isArray(value)) return 'list';
  if (value instanceof UintOfEngine) return 'uint';
  if (value instanceof Date) return 'google.protobuf.Timestamp';
  if (value instanceof DurationOfEngine) return 'google.protobuf.Duration';
  if (value instanceof TypeOfEngine) return 'type';
  return 'map';
}

/** Makes an unsigned integer; throws when it is none. */
export function uint(value: bigint): Uint {
  return new UintOfEngine(BigInt.asUintN(64, value) === value ? value : overflow());
}

/** The value when it fits into 64 bits with a sign; throws else. */
export function int(value: bigint): bigint {
  return BigInt.asIntN(64, value) === value ? value : overflow();
}

function overflow(): never {
  throw new Error('integer overflow');
}

/** The number of an int, uint or double; undefined for any other value. */
export function numberOf(value: unknown): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof UintOfEngine ? value.value : undefined;
}

/** Negative, zero or positive for two values of one type that has an order; throws for others. */
export function compareInOrder(a: unknown, b: unknown): number {
  const type = typeOf(a);
  if (type !== typeOf(b)) throw new Error('list elements must have the same type');
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (a instanceof DurationOfEngine) {
    const other = b as Duration;
    return a.seconds === other.seconds ? a.nanos - other.nanos : a.seconds < other.seconds ? -1 : 1;
  }
  const [left, right] = [orderOf(a), orderOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function orderOf(value: unknown): number | bigint {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof Date) return value.getTime();
  throw new Error('list elements must be comparable');
}

/** Whether two values are equal as CEL has it: numbers across their types, lists and maps by what is in them. */
export function isEqual(a: unknown, b: unknown): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  // oxlint-disable-next-line eqeqeq -- a bigint and a number of the same value are equal in CEL
  if (left !== undefined && right !== undefined) return left == right;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (Array.isArray(a)) {
    const other = b as readonly unknown[];
    return a.length === other.length && a.every((item, index) => isEqual(item, other[index]));
  }
  if (type === 'map') {
    const [one, two] = [entriesOf(a), new Map(entriesOf(b))];
    return one.length === two.size && one.every(([key, item]) => two.has(key) && isEqual(item, two.get(key)));
  }
  if (type === 'bytes' || type === 'google.protobuf.Duration' || a instanceof Date)
    return compareInOrder(a, b) === 0;
  return a === b;
}

/** The keys and values of a map, whichever way the engine holds it. */
export function entriesOf(map: unknown): [unknown, unknown][] {
  return map instanceof Map ? [...(map as Map<unknown, unknown>)] : Object.entries(map as object);
}

/** The name of a type that is a value itself, such as of `type(1)`. */
export function nameOfType(value: unknown): string {
  return (value as { readonly name: string }).name;
}
