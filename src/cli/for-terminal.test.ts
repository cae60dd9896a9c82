import { expect, it } from 'vitest';
import { forTerminal } from './for-terminal.ts';

it.each([
  ['plain text,\n\twith ünïcode → ✓', 'plain text,\n\twith ünïcode → ✓'],
  ['\u001B[1mbold\u001B[22m \u001B[31;1mred\u001B[39m \u001B[38;5;8mgrey\u001B[0m', undefined],
  ['a\u001B[2Jb\u001B[1;1Hc\u001B[?25ld', 'abcd'],
  ['a\u001B]0;title\u0007b\u001B]8;;https://x\u001B\\c', 'abc'],
  ['shown\u001B[8mhidden\u001B[0;8mtoo\u001B[m', 'shownhiddentoo\u001B[m'],
  ['reason: \u001B[31mred\n', 'reason: \u001B[31mred\u001B[0m\n'],
  ['a\u001Bcb\u0000c\u0008d\u009Be\u007F', 'a�cb�c�d�e�'],
  ['one\r\ntwo\rthree', 'one\ntwo�three'],
])('gives of %j only what steers no terminal', (text, shown) => {
  expect(forTerminal(text)).toBe(shown ?? text);
});

it('gives a file no colour of others', () => {
  expect(forTerminal('a\u001B[31mred\u001B[0m\u001B[2Jb', { colour: false })).toBe('aredb');
});
