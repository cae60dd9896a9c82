import { Optional, type Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { messageOf } from '../model/errors.ts';
import { spend } from './cost.ts';
import { addNamespace } from './engine.ts';

const compiled = new Map<string, RE2JS>();
const mostCompiled = 1000;

/** Go's regular expression for a pattern (RE2: linear time, no backreferences, no lookaround); throws the reason when it is not one. */
function compileRegex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const regex = RE2JS.compile(pattern);
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(pattern, regex);
    return regex;
  } catch (error) {
    throw new Error(`not a regular expression of RE2: ${messageOf(error)}`);
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

/** One find: its place, its text and the text of each group. */
export interface Find {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

/** The number of the group that a name or number means in a pattern; undefined when it has none. */
export function groupIndex(pattern: string, name: string): number | undefined {
  const regex = compileRegex(pattern);
  const names = regex.namedGroups() as Readonly<Record<string, number>>;
  const index = /^\d+$/.test(name) ? Number(name) : names[name];
  return index === undefined || index > regex.groupCount() ? undefined : index;
}

/** The finds of the pattern, at most `limit` when that is not negative. As in Go, an empty find right after another does not count. */
function allFinds(text: string, pattern: string, limit = -1): Find[] {
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

/** The text with each find replaced, of which there are at most `limit` when that is not negative. */
export function replaceFinds(
  text: string,
  pattern: string,
  replacement: (find: Find) => string,
  limit = -1,
): string {
  let [result, end] = ['', 0];
  for (const find of allFinds(text, pattern, limit)) {
    result += text.slice(end, find.start) + replacement(find);
    end = find.end;
  }
  return result + text.slice(end);
}

/** Adds Kubernetes' `find` and `findAll`, and cel-go's extension `regex`. */
export function addRegexFunctions(environment: Environment): void {
  const findAll = (text: string, pattern: string, limit = -1n) =>
    allFinds(text, pattern, Number(limit)).map(({ groups }) => groups[0] ?? '');
  environment
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => findAll(text, pattern, 1n)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      findAll(text, pattern),
    )
    .registerFunction('string.findAll(string, int): list<string>', findAll);
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

/** Of each find the one group of the pattern (null where it is empty), or all of it. */
function extracted(text: string, pattern: string, limit?: number): (string | null)[] {
  const count = compileRegex(pattern).groupCount();
  if (count > 1) throw new Error('the regular expression has more than one capturing group');
  return allFinds(text, pattern, limit).map(({ groups }) => (count === 1 ? groups[1] || null : groups[0]!));
}

function replace(text: string, pattern: string, by: string, limit = -1): string {
  if (limit === 0) return text;
  const count = compileRegex(pattern).groupCount();
  const fill = ({ groups }: Find) =>
    by.replace(/\\([\s\S]?)/g, (_, next: string) => {
      if (next === '\\') return next;
      if (!/^\d$/.test(next)) throw new Error('in a replacement \\ must be followed by a digit or \\');
      if (Number(next) > count) throw new Error(`the replacement names group ${next} of ${count}`);
      return groups[Number(next)] ?? '';
    });
  return replaceFinds(text, pattern, fill, limit);
}
