import { type Document, isScalar, Scalar, visit } from 'yaml';

const yes = new Set(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const no = new Set(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);
const nothing = new Set(['', '~', 'null', 'Null', 'NULL']);
const notInJson = /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/**
 * Gives every plain scalar of a document, read with all of them as texts, the value that a cluster gives it: YAML 1.1 as
 * sigs.k8s.io/yaml reads it, where `yes` is true and `0755` is 493, but `12:30` and dates are texts. Returns those that JSON has
 * no value for, and the keys that have another name then, such as `y`.
 */
export function resolvePlainScalars(document: Document): {
  readonly withoutValue: Scalar[];
  readonly renamedKeys: Scalar[];
} {
  const withoutValue: Scalar[] = [];
  const renamedKeys: Scalar[] = [];
  visit(document, {
    Scalar(key, node) {
      if (node.type !== Scalar.PLAIN || node.tag !== undefined || typeof node.value !== 'string') return;
      if (notInJson.test(node.value)) withoutValue.push(node);
      const value = resolvePlain(node.value);
      if (key !== 'key') node.value = value;
      else if (value !== null) node.value = String(value);
      if (key === 'key' && node.value !== node.source) renamedKeys.push(node);
    },
    Pair(_, pair) {
      // A key without a value is null, as it is written.
      if (isScalar(pair.value) && pair.value.source === '' && pair.value.type === Scalar.PLAIN)
        pair.value.value = null;
    },
  });
  return { withoutValue, renamedKeys };
}

/** The value of a plain scalar. */
export function resolvePlain(text: string): string | number | boolean | null {
  if (yes.has(text)) return true;
  if (no.has(text)) return false;
  if (nothing.has(text)) return null;
  if (!/^[-+.0-9]/.test(text)) return text;
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  const integer = integerOf(plain);
  if (integer !== undefined) return Number(integer);
  return float.test(plain) ? Number(plain) : text;
}

/** An integer as Go reads it: 0x, 0o, 0b, or octal after a zero, of at most 64 bits. */
function integerOf(text: string): bigint | undefined {
  const [, sign, digits] =
    /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase();
  const value = sign === '-' ? -BigInt(octal) : BigInt(octal);
  return value >= 2n ** 64n || value < -(2n ** 63n) ? undefined : value;
}

/** As Go prints the number: digits that a number of JavaScript would lose are kept. */
export function textOfNumber(value: unknown, source: string | undefined): string {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? String(integerOf(source?.replaceAll('_', '') ?? '') ?? value)
    : JSON.stringify(value);
}
