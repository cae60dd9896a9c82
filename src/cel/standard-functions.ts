import type { Environment } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { Cidr, IpAddress } from './addresses.ts';
import { localTime, parseTimestamp } from './timestamps.ts';

/** The names under which cel-go's own are found, where the engine's do otherwise; `has` and `matches` among them. */
export const replacedFunctions: Readonly<Record<string, string>> = {
  int: 'intOfAny',
  double: 'doubleOfAny',
  string: 'textOfAny',
  timestamp: 'timestampOfAny',
  has: 'hasField',
};

/** As above, of methods. */
export const replacedMethods: Readonly<Record<string, string>> = {
  matches: 'matchesRe2',
  orValue: 'orValueOfAny',
  lowerAscii: 'lowerLatin',
  upperAscii: 'upperLatin',
  substring: 'partOfText',
  indexOf: 'firstPlaceOf',
  lastIndexOf: 'lastPlaceOf',
  split: 'splitText',
  trim: 'trimText',
};

/** Methods of timestamps; only their form with a time zone is replaced, by the name with `In`. */
export const clockParts = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
] as const;

/** Adds cel-go's standard functions that the engine has otherwise: conversions, places in texts, times in zones. */
export function addStandardFunctions(environment: Environment): void {
  environment
    .registerFunction('intOfAny(dyn): int', toInt)
    .registerFunction('doubleOfAny(dyn): double', toDouble)
    .registerFunction('textOfAny(dyn): string', toText)
    .registerFunction('timestampOfAny(dyn): google.protobuf.Timestamp', toTimestamp)
    .registerFunction('string.partOfText(int): string', (text: string, start: bigint) =>
      partOf([...text], start),
    )
    .registerFunction('string.partOfText(int, int): string', (text: string, start: bigint, end: bigint) =>
      partOf([...text], start, end),
    )
    .registerFunction('string.firstPlaceOf(string): int', (text: string, part: string) =>
      firstPlace([...text], [...part], 0n),
    )
    .registerFunction('string.firstPlaceOf(string, int): int', (text: string, part: string, from: bigint) =>
      firstPlace([...text], [...part], from),
    )
    .registerFunction('string.lastPlaceOf(string): int', (text: string, part: string) =>
      lastPlace([...text], [...part]),
    )
    .registerFunction('string.lastPlaceOf(string, int): int', (text: string, part: string, until: bigint) =>
      lastPlace([...text], [...part], until),
    )
    .registerFunction('string.splitText(string): list<string>', (text: string, by: string) =>
      splitText(text, by),
    )
    .registerFunction(
      'string.splitText(string, int): list<string>',
      (text: string, by: string, most: bigint) => splitText(text, by, Number(most)),
    )
    // What Go's unicode.IsSpace takes for white space.
    .registerFunction('string.trimText(): string', (text: string) =>
      text.replace(
        /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|(?<![\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g,
        '',
      ),
    );
  for (const part of clockParts) {
    environment.registerFunction(
      `google.protobuf.Timestamp.${part}In(string): int`,
      (time: Date, zone: string) => BigInt(localTime(time, zone)[part]),
    );
  }
}

function toInt(value: unknown): bigint {
  const whole =
    typeof value === 'bigint'
      ? value
      : typeof value === 'number' && Number.isFinite(value)
        ? BigInt(Math.trunc(value))
        : typeof value === 'string' && /^[+-]?\d+$/.test(value)
          ? BigInt(value.replace(/^\+/, ''))
          : value instanceof UnsignedInt
            ? value.valueOf()
            : value instanceof Date
              ? BigInt(Math.floor(value.getTime() / 1000))
              : value instanceof Duration
                ? nanosOf(value)
                : undefined;
  if (whole === undefined) throw new Error('type conversion error: this is no int');
  if (BigInt.asIntN(64, whole) !== whole) throw new Error('integer overflow');
  return whole;
}

function toDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || value instanceof UnsignedInt) return Number(value.valueOf());
  if (typeof value === 'string') {
    if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(value)) return Number(value);
    if (/^nan$/i.test(value)) return NaN;
    const infinite = /^([+-]?)inf(?:inity)?$/i.exec(value);
    if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  }
  throw new Error('type conversion error: this is no double');
}

function toTimestamp(value: unknown): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'bigint') return new Date(Number(value) * 1000);
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time === undefined) throw new Error('type conversion error: this is no timestamp of RFC 3339');
  return time;
}

const strictText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that `string(…)` gives; throws for lists, maps and null, as cel-go does. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return printDouble(value);
  if (value instanceof UnsignedInt || value instanceof IpAddress || value instanceof Cidr)
    return String(value);
  if (value instanceof Uint8Array) return strictText.decode(value);
  if (value instanceof Date) return value.toISOString().replace(/\.?(?<!0)0*Z$/, 'Z');
  if (value instanceof Duration) return printSeconds(nanosOf(value));
  throw new Error('no such overload: string of this');
}

/** A number as Go's `strconv.FormatFloat(…, 'g', -1, 64)` prints it. */
function printDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  const shown = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits}e${exponent < 0 ? '-' : '+'}${shown}`;
}

function nanosOf(duration: Duration): bigint {
  return duration.seconds * 1_000_000_000n + BigInt(duration.nanos);
}

function printSeconds(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/(?<!0)0+$/, '');
  return `${sign}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}s`;
}

function partOf(characters: readonly string[], start: bigint, end = BigInt(characters.length)): string {
  if (start < 0n || end < 0n || start > BigInt(characters.length) || end > BigInt(characters.length))
    throw new Error(`index out of range: ${start < 0n || start > BigInt(characters.length) ? start : end}`);
  if (start > end) throw new Error(`invalid substring range. start: ${start}, end: ${end}`);
  return characters.slice(Number(start), Number(end)).join('');
}

function firstPlace(text: readonly string[], part: readonly string[], from: bigint): bigint {
  if (from < 0n) throw new Error(`index out of range: ${from}`);
  if (part.length === 0) return from;
  for (let at = Number(from); at <= text.length - part.length; at++)
    if (isAt(text, part, at)) return BigInt(at);
  return -1n;
}

function lastPlace(text: readonly string[], part: readonly string[], until?: bigint): bigint {
  if (until !== undefined && until < 0n) throw new Error(`index out of range: ${until}`);
  const last = until === undefined ? text.length : Number(until);
  if (part.length === 0) return BigInt(last);
  for (let at = Math.min(last, text.length - part.length); at >= 0; at--)
    if (isAt(text, part, at)) return BigInt(at);
  return -1n;
}

function isAt(text: readonly string[], part: readonly string[], at: number): boolean {
  return part.every((character, index) => text[at + index] === character);
}

/** As Go's strings.SplitN: `most` pieces, the last with the rest; none for 0, all for a negative number. */
function splitText(text: string, by: string, most = -1): string[] {
  if (most === 0) return [];
  const pieces = by === '' ? [...text] : text.split(by);
  if (most < 0 || pieces.length <= most) return pieces;
  return [...pieces.slice(0, most - 1), pieces.slice(most - 1).join(by)];
}
