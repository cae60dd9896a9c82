import type { Cursor } from './cursor.ts';

const label = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const objectName = /^(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^([a-z0-9.-]{1,253}\/)?(?=.{1,63}$)([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const result = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Whether a text can be the name of a step or of a task of a pipeline (RFC 1123 label). */
export function isLabel(text: string): boolean {
  return label.test(text);
}

export function isResultName(text: string): boolean {
  return result.test(text);
}

/** Reports a name that is there and is not an RFC 1123 label of at most 63 letters. */
export function checkLabel(cursor: Cursor, what: string): void {
  const text = cursor.text();
  if (!text || isLabel(text)) return;
  cursor.fault(
    `${cursor.path}: "${text}" cannot be the name of ${what}.`,
    'Use small letters, digits and dashes, at most 63, with a letter or digit at both ends.',
  );
}

/** The same of a name into which a value may still be put. */
export function checkLabelUnlessOpen(cursor: Cursor, what: string): void {
  if (!cursor.text()?.includes('$(')) checkLabel(cursor, what);
}

/** Reports a metadata.name that Tekton's admission refuses. */
export function checkObjectName(cursor: Cursor): void {
  const text = cursor.text();
  if (!text || objectName.test(text)) return;
  cursor.fault(
    `${cursor.path}: "${text}" cannot be the name of an object.`,
    'Use small letters, digits, dashes and dots, at most 63, with a letter or digit at both ends.',
  );
}

/** Reports the name of another object that cannot be one; a URL is one only where the concise syntax is switched on. */
export function checkReferenceName(cursor: Cursor): void {
  const text = cursor.text();
  if (!text || text.includes('$(')) return;
  if (/[\w-]+:\/\/*/.test(text)) {
    cursor.fault(
      `${cursor.path}: "${text}" is a URL, and the concise syntax of resolvers is switched off in Tekton.`,
      'Write resolver and params.',
    );
  } else if (!qualified.test(text)) {
    cursor.fault(
      `${cursor.path}: "${text}" cannot be the name of an object.`,
      'Use letters, digits, dashes, dots and underscores.',
    );
  }
}

export function checkResultName(cursor: Cursor): void {
  const text = cursor.text();
  if (!text || isResultName(text)) return;
  cursor.fault(
    `${cursor.path}: "${text}" cannot be the name of a result.`,
    'Use letters, digits, dashes, dots and underscores, with a letter or digit at both ends.',
  );
}
