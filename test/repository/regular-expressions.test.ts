import { parseAst } from 'rolldown/parseAst';
import { analyse } from 'scslre';
import { expect, it } from 'vitest';
import { textOf, trackedFiles } from './tracked-files.ts';

/**
 * Expressions that take quadratic time on a text that no one can make long, or that ends where it is searched for: why each may stay.
 * What is exponential never may.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'an option of the command line or a name that its owner gave': [
    String.raw`src/model/name-of-person.ts  *<[^<>]*>$`,
  ],
  'a part of a path, a name or a reference to an image, which are short': [
    String.raw`src/tekton/read/names.ts [\w-]+:\/\/*`,
    'src/tekton/run/known-images.ts :[^/@]*alpine',
    'src/tekton/run/known-images.ts @.*$',
  ],
  'the digits of one number': [String.raw`src/cel/format-text.ts \d(?=(?:\d{3})+(?:\.|$))`],
  'an expression of a trigger or what an engine says of it, whose owner writes it': [
    String.raw`src/cel/engine.ts (?<![\w.]|\.\s+)has(\s*)\(`,
    String.raw`src/cel/engine.ts \b(\w+)Go\b`,
    String.raw`src/tekton/triggers/json-path/parse-path.ts ^([^!<>=]+)([!<>=]+)([^\n]+)$`,
  ],
};

interface Found {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

const files = trackedFiles.filter((path) => /^src\/.*(?<!\.test)\.ts$/.test(path));
const literals = files.flatMap(literalsOf);

it('finds the regular expressions of src', () => {
  expect(literals.length).toBeGreaterThan(500);
});

it.each([
  ['(a*)*b', true],
  ['^(?:[ab]+c?){0,200}d', true],
  ['^a*[a-c]*d', false],
  ['\\b[a-z][a-z0-9+.-]*:', false],
])('tells of %s how much work it may be', (source, isExponential) => {
  expect(slowParts({ file: '', source, flags: '' }).some((part) => part.exponential)).toBe(isExponential);
  expect(slowParts({ file: '', source, flags: '' })).not.toEqual([]);
});

it('has no regular expression whose time explodes with the text', () => {
  expect(literals.filter((each) => slowParts(each).some((part) => part.exponential))).toEqual([]);
});

it('has no regular expression that is slower than its text is long, but those that never see a long one', () => {
  const slow = literals
    .filter((each) => slowParts(each).length > 0)
    .map((each) => `${each.file} ${each.source}`);
  const known = Object.values(allowed).flat();
  expect(slow.filter((each) => !known.includes(each))).toEqual([]);
  expect(known.filter((each) => !slow.includes(each))).toEqual([]);
});

/** A bounded repetition counts as an endless one, and a word boundary stops nothing. */
function slowParts({ source, flags }: Found) {
  const loose = source
    .replace(/\\b/g, '')
    .replace(/\{(\d+),(\d+)\}/g, (all, from, to) => (Number(to) >= 60 ? `{${from},}` : all));
  return analyse({ source: loose, flags }, { assumeRejectingSuffix: false }).reports;
}

function literalsOf(file: string): Found[] {
  const found: Found[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('regex' in node) {
      const { pattern, flags } = node.regex as { pattern: string; flags: string };
      found.push({ file, source: pattern, flags });
    } else Object.values(node).forEach(visit);
  };
  visit(parseAst(textOf(file), { lang: 'ts' }));
  return found;
}
