import { describe, expect, it } from 'vitest';
import { matchesFilePattern, matchesGlob, matchesOwners } from './glob.ts';

describe('matchesGlob', () => {
  it.each([
    ['{project.yaml,*/application.yaml}', 'dev/application.yaml', true],
    ['{project.yaml,*/application.yaml}', 'project.yaml', true],
    ['{project.yaml,*/application.yaml}', 'root.yaml', false],
    ['*.yaml', 'dev/holds.yaml', true],
    ['dev/?olds.yaml', 'dev/holds.yaml', true],
    ['a.b', 'axb', false],
    ['(a)[b]', '(a)[b]', true],
    ['{a', 'a', true],
  ])('%s takes %s: %s', (pattern, text, taken) => {
    expect(matchesGlob(pattern, text)).toBe(taken);
  });

  it('stops at a separator, but for two stars', () => {
    expect(matchesGlob('https://host/*', 'https://host/a/b', { separator: '/' })).toBe(false);
    expect(matchesGlob('https://host/**', 'https://host/a/b', { separator: '/' })).toBe(true);
  });
});

describe('matchesFilePattern', () => {
  it.each([
    ['shop-*', 'shop-dev', true],
    ['*', 'a/b', false],
    ['shop-?', 'shop-dev', false],
    ['[a-c]x', 'bx', true],
    ['[^a-c]x', 'bx', false],
    ['[!a]x', '!x', true],
    [String.raw`a\*`, 'a*', true],
    [String.raw`a\*`, 'ab', false],
    ['a+(b)', 'a+(b)', true],
  ])('%s takes %s: %s', (pattern, text, taken) => {
    expect(matchesFilePattern(pattern, text)).toBe(taken);
  });

  it.each(['[z-a]', '[a', '[]', '['.repeat(100_000)])('refuses a class that is wrong: %.9s', (pattern) => {
    expect(() => matchesFilePattern(pattern, 'x')).toThrow();
  });
});

describe('matchesOwners', () => {
  it.each([
    ['*', 'a/b.ts', true],
    ['*.md', 'docs/a.md', true],
    ['/docs/', 'docs/a/b.md', true],
    ['docs/*', 'docs/a/b.md', false],
    ['/src/**/x.ts', 'src/a/b/x.ts', true],
    ['src', 'lib/src/a.ts', true],
    ['/src', 'lib/src/a.ts', false],
  ])('%s takes %s: %s', (pattern, file, taken) => {
    expect(matchesOwners(pattern, file)).toBe(taken);
  });
});
