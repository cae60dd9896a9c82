import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { seed } from '../kit/fast-check.ts';
import { fuzzInput, fuzzRound } from './fuzz-input.ts';
import { fuzzTargets } from './target-list.ts';

it('knows every target and its corpus', () => {
  const names = fuzzTargets.map(({ name }) => name);
  const listed = (folder: string) => readdirSync(join(import.meta.dirname, folder)).sort();
  expect(listed('targets')).toEqual(names.map((name) => `${name}.ts`));
  expect(listed('corpus')).toEqual(names);
});

describe.each(fuzzTargets)('$name', (target) => {
  afterAll(() => target.close?.());

  it.each([...target.seeds])('reads or refuses %s of its corpus', async (_, input) => {
    await fuzzInput(target, input);
  });

  it(`reads or refuses each of ${target.cases} random inputs, and the same each time`, async () => {
    await fuzzRound(target, { seed, cases: target.cases });
  });
});
