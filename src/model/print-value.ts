/** A field's value on one line, at most `width` characters: a simple text as it is, anything else as JSON; `(none)` for an absent one. */
export function printValue(value: unknown, width: number): string {
  if (value === undefined) return '(none)';
  const isSimple =
    typeof value === 'string' && /^[\w./:@%+=,-][\w./:@%+=, -]*$/.test(value) && value === value.trim();
  const text = isSimple ? value : JSON.stringify(value);
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
