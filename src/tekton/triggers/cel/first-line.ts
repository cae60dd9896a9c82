import { messageOf } from '../../../model/errors.ts';

/** The first line of an error, in the words of the expression as it was written. */
export function firstLine(error: unknown): string {
  return messageOf(error)
    .split('\n')[0]!
    .replace(/\b(\w+)Go\(/g, '$1(')
    .replace(/\bhasField\b/g, 'has');
}
