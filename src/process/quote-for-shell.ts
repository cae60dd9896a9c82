/** A text as one word of a POSIX shell, whatever is in it. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As `quoteForShell`, for a command that a person reads: a plain word stays as it is. */
export function quoteWhereNeeded(text: string): string {
  return /^[\w@%+=:,./^-]+$/.test(text) ? text : quoteForShell(text);
}
