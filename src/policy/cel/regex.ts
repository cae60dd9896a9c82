import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();

/** Go's regular expression for a pattern (RE2: no backreferences, no lookaround, linear time); throws with the reason when it is not one. */
function compileRegex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const regex = RE2JS.compile(pattern);
    compiled.set(pattern, regex);
    return regex;
  } catch (error) {
    throw new Error(`not a regular expression of RE2: ${(error as Error).message}`);
  }
}

/** Whether the pattern is found anywhere in the text. */
export function matchesRegex(text: string, pattern: string): boolean {
  return compileRegex(pattern).matcher(text).find();
}

/** The first find of the pattern, or the empty text. */
export function findRegex(text: string, pattern: string): string {
  return findAllRegex(text, pattern, 1)[0] ?? '';
}

/** The finds of the pattern, at most `limit` when that is not negative. */
export function findAllRegex(text: string, pattern: string, limit = -1): string[] {
  const matcher = compileRegex(pattern).matcher(text);
  const found: string[] = [];
  const most = limit < 0 ? Infinity : limit;
  while (found.length < most && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}
