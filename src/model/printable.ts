/** A text of somebody else without the control characters that could steer a terminal, or begin a line that looks like ours. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g, '');
}
