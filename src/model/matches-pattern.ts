import { RE2JS } from 're2js';

/**
 * Whether the whole text fits a regular expression that was made from a pattern somebody wrote. It is matched in linear time, whatever
 * the pattern. Throws for an expression that RE2 does not take.
 */
export function matchesPattern(expression: string, text: string): boolean {
  return RE2JS.compile(expression, RE2JS.DOTALL).matches(text);
}
