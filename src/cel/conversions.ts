import type { Environment } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import { matchesRegex } from './regex.ts';
import { clockParts, localTime, parseTimestamp } from './timestamps.ts';
import { int, LibraryValue, numberOf, typeOf } from './values.ts';

/** Adds cel-go's standard library where the engine lacks something or does it otherwise: conversions, `matches`, zones, bytes in order. */
export function addStandardLibrary(environment: Environment): void {
  environment
    .registerFunction('intGo(dyn): int', toInt)
    .registerFunction('doubleGo(dyn): double', toDouble)
    .registerFunction('stringGo(dyn): string', toText)
    .registerFunction('timestampGo(dyn): google.protobuf.Timestamp', toTimestamp)
    .registerFunction('string.matchesGo(string): bool', matchesRegex)
    .registerFunction('matchesGo(string, string): bool', matchesRegex);
  for (const part of clockParts) {
    environment.registerFunction(
      `google.protobuf.Timestamp.${part}Go(string): int`,
      (time: Date, zone: string) => BigInt(localTime(time, zone)[part]),
    );
  }
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
  if (value instanceof Duration) return int(value.seconds * 1_000_000_000n + BigInt(value.nanos));
  const number = numberOf(value);
  if (number === undefined) throw new Error(`no such overload: int(${typeOf(value)})`);
  if (typeof number === 'bigint') return int(number);
  if (!Number.isFinite(number) || Math.abs(number) >= 2 ** 63) throw new Error('integer overflow');
  return int(BigInt(Math.trunc(number)));
}

function toDouble(value: unknown): number {
  const number = numberOf(value);
  if (number !== undefined) return Number(number);
  if (typeof value === 'string') {
    if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
    if (/^nan$/i.test(value)) return NaN;
    const infinite = /^([+-]?)inf(?:inity)?$/i.exec(value);
    if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  }
  throw new Error(`type conversion error: double(${typeOf(value)})`);
}

function toTimestamp(value: unknown): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'bigint') return new Date(Number(value) * 1000);
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time === undefined) throw new Error('type conversion error: a timestamp has the form of RFC 3339');
  return time;
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that `string(…)` gives; throws for lists, maps and null, as cel-go does. */
export function toText(value: unknown): string {
  const number = numberOf(value);
  if (typeof number === 'bigint') return String(number);
  if (number !== undefined) return printDouble(number);
  if (typeof value === 'string' || typeof value === 'boolean' || value instanceof LibraryValue)
    return String(value);
  if (value instanceof Uint8Array) return strictText.decode(value);
  if (value instanceof Date) return printTimestamp(value);
  if (value instanceof Duration) return printDuration(value);
  throw new Error(`no such overload: string(${typeOf(value)})`);
}

/** A number as Go's `strconv.FormatFloat(…, 'g', -1, 64)` prints it: with an exponent of two digits from 1e+06 on and below 1e-4. */
function printDouble(number: number): string {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'NaN' : number > 0 ? '+Inf' : '-Inf';
  if (Object.is(number, -0)) return '-0';
  const scientific = number.toExponential();
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1));
  if (exponent >= -4 && exponent < 6) return String(number);
  return scientific.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** A time in the form of RFC 3339, without zeros at the end of the fraction. */
export function printTimestamp(time: Date): string {
  return time.toISOString().replace(/\.?(?<!0)0*Z$/, 'Z');
}

/** Seconds with an `s`. */
export function printDuration(duration: Duration): string {
  const nanos = duration.seconds * 1_000_000_000n + BigInt(duration.nanos);
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/(?<!0)0+$/, '');
  return `${sign}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`;
}
