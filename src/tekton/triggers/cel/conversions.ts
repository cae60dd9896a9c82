import type { Environment } from '@marcbachmann/cel-js';
import { int, numberOf, typeOf, type Duration } from './values.ts';
import { printDuration, printTimestamp } from './to-json.ts';

/** `int()` and `string()` as cel-go has them, where the engine lacks types or limits; and the order of bytes. */
export function addConversions(environment: Environment): void {
  environment.registerFunction('intGo(dyn): int', toInt).registerFunction('stringGo(dyn): string', toText);
  const operators: Record<string, (order: number) => boolean> = {
    '<': (order) => order < 0,
    '<=': (order) => order <= 0,
    '>': (order) => order > 0,
    '>=': (order) => order >= 0,
  };
  for (const [operator, holds] of Object.entries(operators)) {
    environment.registerOperator(`bytes ${operator} bytes`, (a: Uint8Array, b: Uint8Array) =>
      holds(Buffer.compare(a, b)),
    );
  }
}

function toInt(value: unknown): bigint {
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw new Error(`int() type error: cannot convert "${value}" to int`);
    return int(BigInt(value.replace(/^\+/, '')));
  }
  if (value instanceof Date) return BigInt(Math.floor(value.getTime() / 1000));
  const number = numberOf(value);
  if (number === undefined) throw new Error(`no such overload: int(${typeOf(value)})`);
  if (typeof number === 'bigint') return int(number);
  if (!Number.isFinite(number) || Math.abs(number) >= 2 ** 63) throw new Error('integer overflow');
  return int(BigInt(Math.trunc(number)));
}

function toText(value: unknown): string {
  const number = numberOf(value);
  if (typeof number === 'bigint') return String(number);
  if (number !== undefined) return printDouble(number);
  const type = typeOf(value);
  switch (type) {
    case 'string':
    case 'bool':
      return String(value);
    case 'bytes':
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value as Uint8Array);
    case 'google.protobuf.Duration':
      return printDuration(value as Duration);
    case 'google.protobuf.Timestamp':
      return printTimestamp(value as Date);
    default:
      throw new Error(`no such overload: string(${type})`);
  }
}

/** Go's shortest `%g`: an exponent of two digits from 1e+06 on, and below 1e-4. */
function printDouble(number: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'NaN' : number > 0 ? '+Inf' : '-Inf';
  if (Object.is(number, -0)) return '-0';
  const scientific = number.toExponential();
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1));
  if (exponent >= -4 && exponent < 6) return String(number);
  return scientific.replace(/e([+-])(\d)$/, 'e$10$2');
}
