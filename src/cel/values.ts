import type { Environment } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/** The value, or an error that an expression sees. */
export function required<T>(value: T | undefined, why: string): T {
  if (value === undefined) throw new Error(why);
  return value;
}

/** A comparison as -1, 0 or 1. */
export function order(comparison: number): -1 | 0 | 1 {
  return comparison < 0 ? -1 : comparison > 0 ? 1 : 0;
}

/** Makes `name.function(…)` possible: declares a constant of that name and gives the type to declare its functions on. */
export function addNamespace(environment: Environment, name: string): string {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Namespace`;
  class Namespace {
    readonly space = name;
  }
  environment.registerType(type, Namespace);
  environment.registerConstant(name, type, new Namespace());
  return type;
}

/** Negative, zero or positive for two values of CEL that have an order; throws for two that do not. */
export function compareValues(a: unknown, b: unknown): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  const comparable =
    (typeof a === typeof b && (typeof a === 'string' || typeof a === 'boolean')) ||
    (a instanceof Date && b instanceof Date) ||
    (a instanceof Duration && b instanceof Duration);
  if (!comparable) throw new Error('no such overload: these values have no order');
  const [left, right] = [a as unknown as number, b as unknown as number];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether two values of CEL are equal: numbers across their types, lists and maps by what is in them. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalValues(item, b[index]));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if ((a instanceof Date && b instanceof Date) || (a instanceof Duration && b instanceof Duration))
    return Number(a) === Number(b);
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(
      ([key, value]) => Object.hasOwn(b, key) && equalValues(value, (b as Record<string, unknown>)[key]),
    )
  );
}

/** A value of plain JSON or YAML as CEL takes it: whole numbers are `int`. */
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
  return copy;
}

type CelNumber = number | bigint | UnsignedInt;

/** Whether a value of CEL is an int, a uint or a double. */
export function isNumber(value: unknown): value is CelNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof UnsignedInt;
}

function compareNumbers(a: CelNumber, b: CelNumber): number {
  const [left, right] = [a.valueOf(), b.valueOf()];
  return left < right ? -1 : left > right ? 1 : left == right ? 0 : NaN;
}
