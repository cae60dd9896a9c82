import { RE2JS } from 're2js';

/** Whether the whole text fits an expression. It takes linear time, whatever the pattern; throws for an expression that RE2 refuses. */
function fits(expression: string, text: string): boolean {
  return RE2JS.compile(expression, RE2JS.DOTALL).matches(text);
}

/** A text as a piece of a regular expression that matches just it. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Whether a name fits a pattern of Go's `filepath.Match`. Throws for a class that is wrong, such as `[z-a]` or `[a`. */
export function matchesFilePattern(pattern: string, name: string): boolean {
  let expression = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '*') expression += '[^/]*';
    else if (char === '?') expression += '[^/]';
    else if (char === '\\' && at + 1 < pattern.length) expression += escapePattern(pattern[++at]!);
    else if (char !== '[') expression += escapePattern(char);
    else {
      const end = endOfClass(pattern, at + 1);
      // A class such as [a-z] or [^a-z] is one in both; a `!` at its beginning is a letter there.
      expression += `[${pattern.slice(at + 1, end).replaceAll('[', String.raw`\[`)}]`;
      at = end;
    }
  }
  return fits(expression, name);
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === '\\') at += 1;
    else if (pattern[at] === ']' && at > start) return at;
  }
  throw new Error(`${pattern} has a [ without its end`);
}

/** Whether a text fits a pattern of gobwas/glob, as far as `*`, `**`, `?` and `{a,b}` go: `*` passes no separator, where there is one. */
export function matchesGlob(
  pattern: string,
  text: string,
  { separator }: { readonly separator?: '/' } = {},
): boolean {
  const any = separator === undefined ? '.' : `[^${separator}]`;
  let depth = 0;
  const expression = pattern.replace(/\*\*|[\s\S]/g, (piece) => {
    if (piece === '**') return '.*';
    if (piece === '*') return `${any}*`;
    if (piece === '?') return any;
    if (piece === '{') {
      depth += 1;
      return '(?:';
    }
    if (piece === '}' && depth > 0) {
      depth -= 1;
      return ')';
    }
    return piece === ',' && depth > 0 ? '|' : escapePattern(piece);
  });
  return fits(`${expression}${')'.repeat(depth)}`, text);
}

/** Whether a pattern of CODEOWNERS means a file, by the rules of .gitignore that it keeps. */
export function matchesOwners(pattern: string, file: string): boolean {
  const inner = pattern.replace(/^\//, '').replace(/\/$/, '');
  const expression = inner.replace(/\*\*\/?|[\s\S]/g, (piece) => {
    if (piece.startsWith('**')) return '(?:.*)';
    if (piece === '*') return '[^/]*';
    return piece === '?' ? '[^/]' : escapePattern(piece);
  });
  const isRooted = pattern.startsWith('/') || inner.includes('/');
  // What is named by a pattern that ends in one star has nothing below it.
  const below = pattern.endsWith('/') ? '/.*' : inner.endsWith('/*') ? '' : '(?:/.*)?';
  return fits(`${isRooted ? '' : '(?:.*/)?'}${expression}${below}`, file);
}
