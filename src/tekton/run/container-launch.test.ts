import { expect, it } from 'vitest';
import { expandVariables } from './container-launch.ts';

it.each([
  ['$(A) and $(A)', 'a and a'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$a'],
  ['$(NONE)', '$(NONE)'],
  ['$A ${A} $', '$A ${A} $'],
  ['$(A', '$(A'],
  ['$(constructor)', '$(constructor)'],
])('%s becomes %s', (text, wanted) => {
  expect(expandVariables(text, { A: 'a' })).toBe(wanted);
});
