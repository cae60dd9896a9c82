import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { IgnoreRuleFault, readIgnoreRules } from './ignore-rules.ts';

const [, paths, ...rows] = readFileSync(
  new URL('../../test/images/dockerignore.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as unknown) as [
  string,
  string[],
  ...[rules: string, ignored: string[] | null][],
];

it.each(rows)('%j leaves out what Docker leaves out', (text, ignored) => {
  if (ignored === null) expect(() => readIgnoreRules(text)).toThrow(IgnoreRuleFault);
  else expect(paths.filter(readIgnoreRules(text).ignores)).toEqual(ignored);
});

it('knows whether a folder that is left out has to be looked through', () => {
  expect(readIgnoreRules('dir\n').hasExceptions).toBe(false);
  expect(readIgnoreRules('dir\n !dir/a\n').hasExceptions).toBe(true);
});
