import { Optional, type Environment } from '@marcbachmann/cel-js';
import { allFinds, findAllRegex, findRegex, groupCount, matchesRegex, type Find } from './regex.ts';
import { addNamespace } from './values.ts';

/** Adds what works with regular expressions: `matches`, Kubernetes' `find` and `findAll`, cel-go's `regex`. */
export function addRegexFunctions(environment: Environment): void {
  environment
    .registerFunction('string.matchesRe2(string): bool', matchesRegex)
    .registerFunction('matches(string, string): bool', matchesRegex)
    .registerFunction('string.find(string): string', findRegex)
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      findAllRegex(text, pattern),
    )
    .registerFunction(
      'string.findAll(string, int): list<string>',
      (text: string, pattern: string, limit: bigint) => findAllRegex(text, pattern, Number(limit)),
    );
  const regex = addNamespace(environment, 'regex');
  environment
    .registerFunction(
      `${regex}.replace(string, string, string): string`,
      (_: unknown, text: string, pattern: string, by: string) => replace(text, pattern, by),
    )
    .registerFunction(
      `${regex}.replace(string, string, string, int): string`,
      (_: unknown, text: string, pattern: string, by: string, limit: bigint) =>
        replace(text, pattern, by, Number(limit)),
    )
    .registerFunction(
      `${regex}.extract(string, string): optional<string>`,
      (_: unknown, text: string, pattern: string) => {
        const [find] = extracted(text, pattern, 1);
        return find === undefined || find === null ? Optional.none() : Optional.of(find);
      },
    )
    .registerFunction(
      `${regex}.extractAll(string, string): list<string>`,
      (_: unknown, text: string, pattern: string) => extracted(text, pattern).filter((find) => find !== null),
    );
}

/** Of each find the one group of the pattern, null where that is empty, or all of it. */
function extracted(text: string, pattern: string, limit?: number): (string | null)[] {
  const count = groupCount(pattern);
  if (count > 1) throw new Error('the regular expression has more than one capturing group');
  return allFinds(text, pattern, limit).map(({ groups }) => (count === 1 ? groups[1] || null : groups[0]!));
}

function replace(text: string, pattern: string, by: string, limit = -1): string {
  if (limit === 0) return text;
  const count = groupCount(pattern);
  let [result, end] = ['', 0];
  for (const find of allFinds(text, pattern, limit)) {
    result += text.slice(end, find.start) + filledIn(by, find, count);
    end = find.end;
  }
  return result + text.slice(end);
}

function filledIn(by: string, { groups }: Find, count: number): string {
  return by.replace(/\\([\s\S]?)/g, (_, next: string) => {
    if (next === '\\') return next;
    if (!/^\d$/.test(next)) throw new Error('in a replacement \\ must be followed by a digit or \\');
    if (Number(next) > count) throw new Error(`the replacement names group ${next} of ${count}`);
    return groups[Number(next)] ?? '';
  });
}
