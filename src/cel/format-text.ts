import type { Duration } from '@marcbachmann/cel-js/evaluator';
import { printTimestamp, toText } from './conversions.ts';
import { compareTexts, entriesOf, LibraryValue, nameOfType, numberOf, typeOf } from './values.ts';

/** The versions of cel-go's strings extension that are in use: that of the API server, and the newest. Since 4, `format` prints plainly. */
export type StringsVersion = 2 | 4;

const clause = /%(?:\.(\d*))?([\s\S]?)/gu;

/** How many values a pattern takes. */
export function countClauses(pattern: string): number {
  return [...pattern.matchAll(clause)].filter(([found]) => found !== '%%').length;
}

/** What `"…".format([…])` of cel-go's strings extension gives: %s %d %f %e %b %o %x %X, %% and precisions up to 100. */
export function formatText(pattern: string, values: readonly unknown[], version: StringsVersion): string {
  const style = styles[version];
  let next = 0;
  return pattern.replace(clause, (found, digits: string | undefined, verb: string) => {
    if (found === '%%') return '%';
    if (verb === '') throw new Error('unexpected end of string');
    if (digits === '') throw new Error('could not find end of precision specifier');
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    const precision = digits === undefined ? 6 : Number(digits);
    if (precision > 100) throw new Error(`precision specifier ${precision} exceeds the maximum of 100`);
    const value = values[next++];
    const text = formatOne(verb, value, precision, style);
    if (text === undefined)
      throw new Error(`error during formatting: %${verb} cannot print a ${typeOf(value)}`);
    return text;
  });
}

/** Undefined for a value that the verb does not take. */
function formatOne(verb: string, value: unknown, precision: number, style: Style): string | undefined {
  const number = numberOf(value);
  const whole = typeof number === 'bigint' ? number : undefined;
  switch (verb) {
    case 's':
      return style.text(value);
    case 'd':
      return whole === undefined ? style.decimal(number) : String(whole);
    case 'f':
      return style.fixed(number, precision);
    case 'e':
      return style.power(number, precision);
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : whole?.toString(2);
    case 'o':
      return whole?.toString(8);
    case 'x':
    case 'X': {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      const hex = bytes instanceof Uint8Array ? Buffer.from(bytes).toString('hex') : whole?.toString(16);
      return verb === 'X' ? hex?.toUpperCase() : hex;
    }
    default:
      throw new Error(`unrecognized formatting clause "${verb}"`);
  }
}

type CelNumber = number | bigint | undefined;

/** What the versions do differently. */
interface Style {
  readonly text: (value: unknown) => string;
  /** Of what is not a whole number. */
  readonly decimal: (number: CelNumber) => string | undefined;
  readonly fixed: (number: CelNumber, precision: number) => string | undefined;
  readonly power: (number: CelNumber, precision: number) => string | undefined;
}

const styles: Readonly<Record<StringsVersion, Style>> = {
  2: {
    text: (value) => (hasParts.has(typeOf(value)) ? quoteInside(value) : toText(value)),
    decimal: () => undefined,
    fixed: (number, precision) =>
      typeof number === 'number' ? groupThousands(number.toFixed(precision)) : undefined,
    power: (number) => (typeof number === 'number' ? printPower(number) : undefined),
  },
  4: {
    text: printPlain,
    decimal: (number) => (number === undefined ? undefined : printDouble(Number(number), printDigits)),
    fixed: (number, precision) =>
      number === undefined ? undefined : printDouble(Number(number), (finite) => toFixed(finite, precision)),
    power: (number, precision) =>
      number === undefined
        ? undefined
        : printDouble(Number(number), (finite) =>
            finite.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2'),
          ),
  },
};

/** The types that version 2 prints as they would be written in CEL; others go by `string(…)`. */
const hasParts: ReadonlySet<string> = new Set(['list', 'map', 'null_type', 'type']);

/** A value as it would be written in CEL. */
function quoteInside(value: unknown): string {
  switch (typeOf(value)) {
    case 'null_type':
      return 'null';
    case 'type':
      return nameOfType(value);
    case 'string':
      return quoteText(value as string);
    case 'double':
      return Number.isFinite(value) ? (value as number).toFixed(6) : `"${toText(value)}"`;
    case 'bytes':
      return `b${quoteText(toText(value))}`;
    case 'google.protobuf.Timestamp':
      return `timestamp("${toText(value)}")`;
    case 'google.protobuf.Duration':
      return `duration("${toText(value)}")`;
    case 'list':
      return `[${(value as readonly unknown[]).map(quoteInside).join(', ')}]`;
    case 'map':
      return value instanceof LibraryValue ? toText(value) : printMap(value, quoteInside, ':');
    default:
      return toText(value);
  }
}

function groupThousands(text: string): string {
  return text.replace(/\d(?=(?:\d{3})+(?:\.|$))/g, (digit, at: number) =>
    text.slice(0, at).includes('.') ? digit : `${digit},`,
  );
}

/** As cel-go printed `%e` first, in the style of the language: `1.234568×10⁰⁴`, always with six digits. */
function printPower(value: number): string {
  const [digits, power = '0'] = value.toExponential(6).split('e');
  const raised = [...power.replace(/^[+-]/, '').padStart(2, '0')].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `${digits}×10${power.startsWith('-') ? '⁻' : ''}${raised.join('')}`;
}

function printPlain(value: unknown): string {
  const number = numberOf(value);
  if (typeof number === 'bigint') return String(number);
  if (number !== undefined) return printDouble(number, printDigits);
  switch (typeOf(value)) {
    case 'null_type':
      return 'null';
    case 'bytes':
      return Buffer.from(value as Uint8Array).toString('utf8');
    case 'list':
      return `[${(value as readonly unknown[]).map(printPlain).join(', ')}]`;
    case 'map':
      return value instanceof LibraryValue ? toText(value) : printMap(value, printPlain, ': ');
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = value as Duration;
      return `${printDouble(Number(seconds) + nanos / 1e9, printDigits)}s`;
    }
    case 'google.protobuf.Timestamp':
      return printTimestamp(value as Date);
    case 'type':
      return nameOfType(value);
    default:
      return String(value);
  }
}

function printMap(map: unknown, print: (value: unknown) => string, between: string): string {
  const entries = entriesOf(map).map(([key, item]) => [print(key), print(item)] as const);
  return `{${entries
    .sort(([a], [b]) => compareTexts(a, b))
    .map((entry) => entry.join(between))
    .join(', ')}}`;
}

function printDouble(number: number, print: (finite: number) => string): string {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number < 0 ? '-Infinity' : 'Infinity';
  return print(number);
}

function toFixed(number: number, precision: number): string {
  if (Math.abs(number) < 1e21) return number.toFixed(precision);
  return `${BigInt(number)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`;
}

/** The shortest digits of a number, without an exponent. */
function printDigits(number: number): string {
  const text = String(number);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (!match) return text;
  const [, sign = '', first = '', rest = '', exponent = '0'] = match;
  const power = Number(exponent);
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${first}${rest}`;
  return `${sign}${first}${rest.padEnd(power, '0')}`;
}

const escapes: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** A text in quotes, as CEL writes it. */
export function quoteText(text: string): string {
  return `"${text.replace(/[\u0007\b\f\n\r\t\v\\"]/g, (character) => escapes[character] ?? character)}"`;
}
