import { RE2JS } from 're2js';
import { messageOf } from '../../../model/errors.ts';
import { spend } from '../../../cel/cost.ts';

/** Go's regular expression (RE2: linear time, no backreferences, no lookaround); throws with the reason when it is not one. */
function compileRe2(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new Error(`failed to parse regular expression: ${messageOf(error)}`);
  }
}

/** A matcher of the text, whose work counts as steps of the evaluation. */
export function matcherOf(
  pattern: string,
  text: string,
): { regex: RE2JS; matcher: ReturnType<RE2JS['matcher']> } {
  const regex = compileRe2(pattern);
  spend((text.length * regex.programSize()) / 40);
  return { regex, matcher: regex.matcher(text) };
}

/** Replaces every find, with `$1`, `$name` and `${name}` in the replacement as Go's Regexp.ReplaceAllString has them. */
export function replaceAllRe2(text: string, pattern: string, replacement: string): string {
  const { regex, matcher } = matcherOf(pattern, text);
  const names = regex.namedGroups();
  let result = '';
  let end = 0;
  let lastEnd = -1;
  const states = regex.programSize();
  while (matcher.find()) {
    // The next find may look at the text to its end.
    spend(((text.length - matcher.start()) * states) / 40);
    // An empty find right after a find is none for Go.
    if (matcher.start() === matcher.end() && matcher.start() === lastEnd) continue;
    result += text.slice(end, matcher.start()) + expand(replacement, (name) => groupOf(matcher, names, name));
    end = matcher.end();
    lastEnd = end;
  }
  return result + text.slice(end);
}

function groupOf(
  matcher: ReturnType<RE2JS['matcher']>,
  names: ReturnType<RE2JS['namedGroups']>,
  name: string,
): string {
  const index = /^\d+$/.test(name) ? Number(name) : (names as Readonly<Record<string, number>>)[name];
  if (index === undefined || index > matcher.groupCount()) return '';
  return matcher.group(index) ?? '';
}

/** Go's Regexp.Expand: `$$` is a dollar, the longest name counts, and a dollar that begins nothing stays. */
function expand(template: string, group: (name: string) => string): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (found, braced?: string, plain?: string) =>
    found === '$$' ? '$' : group(braced ?? plain ?? ''),
  );
}
