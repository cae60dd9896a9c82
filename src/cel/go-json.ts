import { isUtf8 } from 'node:buffer';
import { compareTexts } from './values.ts';

/**
 * JSON as Go's encoding/json reads it: each wrong byte and each half of a surrogate pair alone is U+FFFD. Throws for text that is not
 * JSON, a number too large for a double, and lists and objects nested deeper than 10,000.
 */
export function parseGoJson(json: Buffer): unknown {
  if (depthOf(json) > deepest) throw new Error(`lists and objects are nested deeper than ${deepest}`);
  const text = isUtf8(json) ? json.toString('utf8') : replaceWrongBytes(json);
  const value: unknown = JSON.parse(replaceLoneHalves(text));
  // Only a long number or one with an exponent of three digits can be too large, so most bodies need no second look.
  if (/[eE]\+?\d{3}|\d{309}/.test(text)) requireFinite(value);
  return value;
}

const deepest = 10_000;
const [quote, backslash] = [0x22, 0x5c];

/** How deep lists and objects are nested; of text that is not JSON, any number. */
function depthOf(json: Buffer): number {
  let [depth, greatest, isText] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte === quote) isText = !isText;
    else if (isText) {
      if (byte === backslash) at++;
    } else if (byte === 0x5b || byte === 0x7b) greatest = Math.max(greatest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return greatest;
}

function requireFinite(root: unknown): void {
  const left = [root];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new Error('a number is too large for a double');
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) left.push(item);
  }
}

const escapes =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|[^])/g;

/** In well-formed JSON, a backslash is only in texts. */
function replaceLoneHalves(json: string): string {
  if (!/\\u[dD][89a-fA-F]/.test(json)) return json;
  return json.replace(escapes, (found, lone?: string) => (lone === undefined ? found : '\\ufffd'));
}

/** Go replaces what is not UTF-8 byte by byte; a decoder of the web would replace more at once. */
function replaceWrongBytes(bytes: Buffer): string {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length;) {
    const length = lengthOfCharacter(bytes, at);
    if (length > 0) at += length;
    else {
      parts.push(bytes.toString('utf8', start, at), '\ufffd');
      start = ++at;
    }
  }
  return parts.join('') + bytes.toString('utf8', start);
}

/** 0 when none begins here. */
function lengthOfCharacter(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** With U+FFFD for each lone half of a pair. */
function wellFormedText(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** A value that takes more work than an event may. */
export class TooMuch extends Error {}

/**
 * JSON as Go's encoding/json writes it: keys sorted by their bytes, `<`, `>`, `&`, U+2028, U+2029 escaped, and the sign of -0 kept.
 * A Map is a struct, whose fields keep their order; a bigint is a number. Without recursion, as deep as the value is.
 */
export function printGoJson(root: unknown, most = Number.POSITIVE_INFINITY): string {
  let length = 0;
  let printed = '';
  let parts: string[] = [];
  const left: ({ readonly value: unknown } | string)[] = [{ value: root }];
  while (left.length > 0) {
    // What is too long for a text can be caught, and what is too long for a list ends the process.
    if (parts.length > 100_000) {
      printed += parts.join('');
      parts = [];
    }
    if (length > most) throw new TooMuch(`it is longer than ${most} characters`);
    const next = left.pop()!;
    if (typeof next === 'string') {
      parts.push(next);
      length += next.length;
      continue;
    }
    const { value } = next;
    if (Array.isArray(value)) {
      left.push(']');
      for (let at = value.length - 1; at >= 0; at--)
        left.push({ value: value[at] as unknown }, at > 0 ? ',' : '');
      left.push('[');
    } else if (typeof value === 'object' && value !== null) {
      const entries =
        value instanceof Map
          ? [...(value as Map<string, unknown>)]
          : Object.entries(value).sort(([a], [b]) => compareTexts(a, b));
      left.push('}');
      for (let at = entries.length - 1; at >= 0; at--) {
        const [key, item] = entries[at]!;
        left.push({ value: item }, `${at > 0 ? ',' : ''}${printScalar(key)}:`);
      }
      left.push('{');
    } else left.push(printScalar(value));
  }
  return printed + parts.join('');
}

function printScalar(value: unknown): string {
  if (typeof value === 'string') return escapeHtml(JSON.stringify(wellFormedText(value)));
  if (typeof value === 'number' && Object.is(value, -0)) return '-0';
  if (typeof value === 'bigint') return String(value);
  return JSON.stringify(value ?? null);
}

/** JSON with the characters escaped that Go escapes for HTML's sake. */
export function escapeHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
