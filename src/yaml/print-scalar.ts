import { parseDocument } from 'yaml';

/** A text as one YAML scalar on one line: plain where YAML 1.1 and 1.2 both read it as this very text, else in double quotes. */
export function printScalar(text: string): string {
  if (/^[A-Za-z0-9][\w./@+:-]*$/.test(text) && !text.endsWith(':')) {
    const reads = (['1.1', '1.2'] as const).every(
      (version) => (parseDocument(text, { version }).toJS() as unknown) === text,
    );
    // A moment is a text to YAML 1.2 and to every reader of this file.
    if (reads || /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(text)) return text;
  }
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
