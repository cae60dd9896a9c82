import { printTimestamp } from './to-json.ts';
import { entriesOf, nameOfType, numberOf, typeOf, type Duration } from './values.ts';

/** What `"…".format([…])` of cel-go's strings extension gives: %s %d %f %e %b %o %x %X, %% and precisions up to 100. */
export function formatText(pattern: string, values: readonly unknown[]): string {
  let next = 0;
  return pattern.replace(/%(?:\.(\d*))?([\s\S]?)/gu, (clause, digits: string | undefined, verb: string) => {
    if (clause === '%%') return '%';
    if (verb === '') throw new Error('unexpected end of string');
    if (digits === '') throw new Error(`could not find end of precision specifier`);
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    const precision = digits === undefined ? 6 : Number(digits);
    if (precision > 100) throw new Error(`precision specifier ${precision} exceeds the maximum of 100`);
    return formatOne(verb, values[next++], precision);
  });
}

function formatOne(verb: string, value: unknown, precision: number): string {
  const number = numberOf(value);
  const whole = typeof number === 'bigint' ? number : undefined;
  const type = typeOf(value);
  const refuse = (wanted: string): never => {
    throw new Error(`error during formatting: %${verb} takes ${wanted}, was given ${type}`);
  };
  switch (verb) {
    case 's':
      return printText(value);
    case 'd':
      return number === undefined ? refuse('integers and doubles') : printNumber(number);
    case 'f':
      return number === undefined ? refuse('numbers') : withPrecision(Number(number), fixed(precision));
    case 'e':
      return number === undefined ? refuse('numbers') : withPrecision(Number(number), scientific(precision));
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return whole === undefined ? refuse('integers and bools') : whole.toString(2);
    case 'o':
      return whole === undefined ? refuse('integers') : whole.toString(8);
    case 'x':
    case 'X': {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const hex = bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : whole?.toString(16);
      if (hex === undefined) return refuse('integers, texts and bytes');
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      throw new Error(`unrecognized formatting clause "${verb}"`);
  }
}

/** A value as `%s` prints it. */
function printText(value: unknown): string {
  const number = numberOf(value);
  if (number !== undefined) return printNumber(number);
  switch (typeOf(value)) {
    case 'null_type':
      return 'null';
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('utf8');
    case 'list':
      return `[${(value as readonly unknown[]).map(printText).join(', ')}]`;
    case 'map': {
      const entries = entriesOf(value).map(([key, item]) => [printText(key), printText(item)] as const);
      return `{${entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${key}: ${item}`)
        .join(', ')}}`;
    }
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = value as Duration;
      return `${printNumber(Number(seconds) + nanos / 1e9)}s`;
    }
    case 'google.protobuf.Timestamp':
      return printTimestamp(value as Date);
    case 'type':
      return nameOfType(value);
    default:
      return String(value);
  }
}

function printNumber(number: number | bigint): string {
  if (typeof number === 'bigint') return String(number);
  return withPrecision(number, plain);
}

function withPrecision(number: number, print: (number: number) => string): string {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number < 0 ? '-Infinity' : 'Infinity';
  return print(number);
}

const fixed = (precision: number) => (number: number) => {
  if (Math.abs(number) < 1e21) return number.toFixed(precision);
  return `${BigInt(number)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
};

const scientific = (precision: number) => (number: number) =>
  number.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');

/** The shortest digits that say the number, without an exponent. */
function plain(number: number): string {
  const text = String(number);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${first}${rest}`;
  return `${sign}${first}${rest.padEnd(power, '0')}`;
}
