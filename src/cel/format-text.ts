import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { toText } from './standard-functions.ts';

/** What `"…".format([…])` of CEL's strings extension gives: %s %d %f %e %b %o %x %X, %% and precisions. */
export function formatText(pattern: string, values: readonly unknown[]): string {
  let next = 0;
  const text = pattern.replace(/%(?:\.(\d+))?([\s\S]?)/g, (_, precision?: string, verb?: string) => {
    if (verb === '%' && precision === undefined) return '%';
    if (verb === undefined || verb === '') throw new Error('unexpected end of string');
    if (next >= values.length) throw new Error(`index ${next} out of range`);
    return formatOne(verb, values[next++], precision === undefined ? 6 : Number(precision));
  });
  if (next < values.length)
    throw new Error(`too many arguments supplied to string.format (expected ${next}, got ${values.length})`);
  return text;
}

function formatOne(verb: string, value: unknown, precision: number): string {
  switch (verb) {
    case 's':
      return printValue(value);
    case 'd':
      if (isWhole(value)) return String(value);
      break;
    case 'f':
      if (typeof value === 'number') return grouped(value.toFixed(precision));
      break;
    case 'e':
      if (typeof value === 'number') return printPower(value);
      break;
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (isWhole(value)) return value.valueOf().toString(2);
      break;
    case 'o':
      if (isWhole(value)) return value.valueOf().toString(8);
      break;
    case 'x':
    case 'X': {
      const hex = isWhole(value)
        ? value.valueOf().toString(16)
        : typeof value === 'string' || value instanceof Uint8Array
          ? Buffer.from(value as string).toString('hex')
          : undefined;
      if (hex !== undefined) return verb === 'X' ? hex.toUpperCase() : hex;
      break;
    }
    default:
      throw new Error(`unrecognized formatting clause "${verb}"`);
  }
  throw new Error(`%${verb} cannot print a value of this type`);
}

function isWhole(value: unknown): value is bigint | UnsignedInt {
  return typeof value === 'bigint' || value instanceof UnsignedInt;
}

function grouped(text: string): string {
  return text.replace(/\d(?=(?:\d{3})+(?:\.|$))/g, (digit, at: number) =>
    text.slice(0, at).includes('.') ? digit : `${digit},`,
  );
}

/** As cel-go prints `%e`, in the style of the language: `1.234568×10⁰⁴`, always with six digits. */
function printPower(value: number): string {
  const [digits, power = '0'] = value.toExponential(6).split('e');
  const raised = [...power.replace(/^[+-]/, '').padStart(2, '0')].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `${digits}×10${power.startsWith('-') ? '⁻' : ''}${raised.join('')}`;
}

/** A value as `%s` prints it: a text as it is, what is inside lists and maps as it would be written in CEL. */
function printValue(value: unknown): string {
  if (value === null) return 'null';
  const isHolder =
    Array.isArray(value) ||
    value instanceof Map ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype);
  return isHolder ? printInside(value) : toText(value);
}

function printInside(value: unknown): string {
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(6) : `"${toText(value)}"`;
  if (value instanceof Uint8Array) return `b${quoteText(toText(value))}`;
  if (value instanceof Date) return `timestamp("${toText(value)}")`;
  if (value instanceof Duration) return `duration("${toText(value)}")`;
  if (Array.isArray(value)) return `[${value.map(printInside).join(', ')}]`;
  if (typeof value === 'object' && value !== null && !(value instanceof UnsignedInt)) {
    const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value);
    const printed = entries.map(([key, item]) => [printInside(key), printInside(item)] as const);
    return `{${printed
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map((pair) => pair.join(':'))
      .join(', ')}}`;
  }
  return value === null ? 'null' : toText(value);
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
