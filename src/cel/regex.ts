import { RE2JS } from 're2js';
import { spend } from './cost.ts';

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

/** Counts the places of the text times the states of the pattern, which is the work of a find. */
function matcherOf(pattern: string, text: string) {
  const regex = compileRegex(pattern);
  spend((text.length * regex.programSize()) / 40);
  return regex.matcher(text);
}

/** Whether the pattern is found anywhere in the text. */
export function matchesRegex(text: string, pattern: string): boolean {
  return matcherOf(pattern, text).find();
}

/** The first find of the pattern, or the empty text. */
export function findRegex(text: string, pattern: string): string {
  return findAllRegex(text, pattern, 1)[0] ?? '';
}

/** One find: where it is, and the text of it and of each group. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** How many capturing groups the pattern has. */
export function groupCount(pattern: string): number {
  return compileRegex(pattern).groupCount();
}

/** The finds of the pattern, at most `limit` when that is not negative. As in Go no empty one follows right after another. */
export function allFinds(text: string, pattern: string, limit = -1): Find[] {
  const matcher = matcherOf(pattern, text);
  const finds: Find[] = [];
  const most = limit < 0 ? Infinity : limit;
  const states = compileRegex(pattern).programSize();
  while (finds.length < most && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    // The next find may look at the text to its end.
    spend(((text.length - start) * states) / 40);
    if (start === end && start === finds.at(-1)?.end) continue;
    const groups = Array.from(
      { length: matcher.groupCount() + 1 },
      (_, group) => matcher.group(group) ?? undefined,
    );
    finds.push({ start, end, groups });
  }
  return finds;
}

/** The texts of the finds of the pattern, at most `limit` when that is not negative. */
export function findAllRegex(text: string, pattern: string, limit = -1): string[] {
  return allFinds(text, pattern, limit).map(({ groups }) => groups[0] ?? '');
}
