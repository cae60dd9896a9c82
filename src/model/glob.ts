import { RE2JS } from 're2js';

/** Whether the whole text fits an expression. It takes linear time, whatever the pattern; throws for an expression that RE2 refuses. */
function fits(expression: string, text: string): boolean {
  return RE2JS.compile(expression, RE2JS.DOTALL).matches(text);
}

/** A text as a piece of a regular expression that matches just it. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Whether a name fits a pattern of Go's `filepath.Match`. Throws for a class that is wrong, such as `[z-a]`. */
export function matchesFilePattern(pattern: string, name: string): boolean {
  // A class such as [a-z] or [^a-z] is one in both; a `!` at its beginning is a letter there.
  const expression = pattern.replace(
    /\[(\^?)((?:\\.|[^\]\\])+)\]|\\(.)|[\s\S]/g,
    (piece, not, inner, escaped) => {
      if (typeof inner === 'string') return `[${String(not)}${inner.replaceAll('[', String.raw`\[`)}]`;
      if (typeof escaped === 'string') return escapePattern(escaped);
      if (piece === '*') return '[^/]*';
      return piece === '?' ? '[^/]' : escapePattern(piece);
    },
  );
  return fits(expression, name);
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
