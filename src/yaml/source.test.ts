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

it('refuses a file that is too long to be written by a person, and says how long it may be', () => {
  const text = 'a: 1\n'.repeat(2_000_000);
  expect(parsePlainYaml(text)).toBeUndefined();
  expect(() => parseYaml(text, 'x.yaml')).toThrow('x.yaml has 10000000 characters');
});
