import { expect, it } from 'vitest';
import { parsePlainYaml } from './parse-plain.ts';
import { findConflict, parseYaml } from './source.ts';

const conflict = '<<<<<<< ours\n'.repeat(1000) + 'a\n'.repeat(100_000);

it('finds a conflict by its three marks, and looks at each line once', () => {
  expect(findConflict('a: 1\n<<<<<<< ours\na: 2\n=======\na: 3\n>>>>>>> theirs\n')).toBe(5);
  expect(findConflict('<<<<<<< ours\na: 2\n>>>>>>> theirs\n')).toBeUndefined();
  expect(findConflict('=======\n<<<<<<< ours\n>>>>>>> theirs\n')).toBeUndefined();
  expect(findConflict(`${conflict}${'=======\n'.repeat(1000)}`)).toBeUndefined();
});

it.each([
  ['lists', `${'['.repeat(20_000)}1`],
  ['maps', Array.from({ length: 5000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  [
    'aliases',
    `${'a0: &a0 [x, x]\n'}${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('')}`,
  ],
])('refuses %s in one another that are too many, as a fault of the file', (_, text) => {
  expect(() => parsePlainYaml(text) ?? parseYaml(text, 'x.yaml')).toThrow(
    expect.objectContaining({ code: 'yaml-invalid' }),
  );
});

const deep = 10_000;
it.each([
  ['open lists', '['.repeat(deep)],
  ['closed lists', '['.repeat(deep) + ']'.repeat(deep)],
  ['lists on lines of their own', '[\n'.repeat(deep) + ']\n'.repeat(deep)],
  ['maps in braces', `${'{a: '.repeat(deep)}1${'}'.repeat(deep)}`],
  ['dashes', `${'- '.repeat(deep)}x`],
  ['question marks', `${'? '.repeat(deep)}x`],
  ['question marks in brackets', `${'[? '.repeat(deep)}x`],
  ['many keys that are deep lists', `- ${'['.repeat(90)}a: 1${']: 1'.repeat(89)}]\n`.repeat(500)],
  ['an endless row of dashes', '-'.repeat(deep).replaceAll('-', '- ')],
])('refuses %s before they take the time or the stack of the process', (_, text) => {
  const started = performance.now();
  const file = `# first\n${text}`;
  expect(() => parsePlainYaml(file) ?? parseYaml(file, 'x.yaml')).toThrow(
    expect.objectContaining({ code: 'yaml-invalid' }),
  );
  expect(performance.now() - started).toBeLessThan(5000);
});

it('takes what is in texts for no list', () => {
  const script = `script: |\n${'  [ "$x" = 1 ] || { [[ a\n'.repeat(200)}`;
  expect(parseYaml(`${script}plain: a [[[[ b\n`, 'x.yaml').document.toJS()).toHaveProperty('plain');
  const wide = `a: |\n  x\n${' '.repeat(300)}y\n`;
  expect(parseYaml(wide, 'x.yaml').document.get('a')).toContain('y');
});

it('finds a key that stands twice among very many, at the second one', () => {
  const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: [1]\n`).join('');
  expect(() => parseYaml(`${keys}k7: 1\n`, 'x.yaml')).toThrow(
    expect.objectContaining({
      code: 'yaml-invalid',
      place: expect.objectContaining({ line: 60_001 }) as unknown,
    }),
  );
});

it('says where a list is too deep', () => {
  expect(() => parseYaml(`a: 1\nb: ${'['.repeat(200)}`, 'x.yaml')).toThrow(
    expect.objectContaining({ place: expect.objectContaining({ file: 'x.yaml', line: 2 }) as unknown }),
  );
});

it('refuses a file that is too long to be written by a person, and says how long it may be', () => {
  const text = 'a: 1\n'.repeat(2_000_000);
  expect(parsePlainYaml(text)).toBeUndefined();
  expect(() => parseYaml(text, 'x.yaml')).toThrow('it has 10000000 characters');
});
