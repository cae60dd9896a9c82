import { fc } from '../../test/kit/fast-check.ts';
import { expect, it } from 'vitest';
import { isolateCause } from './isolate-cause.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index);

it('finds exactly the changes that are bad together, whichever they are', async () => {
  const cases = fc
    .integer({ min: 1, max: 60 })
    .chain((n) => fc.tuple(fc.constant(n), fc.uniqueArray(fc.nat(n - 1), { minLength: 1, maxLength: 3 })));
  await fc.assert(
    fc.asyncProperty(cases, async ([n, cause]) => {
      const asked: string[] = [];
      const found = await isolateCause(upTo(n), async (some) => {
        asked.push(some.join());
        return cause.every((each) => some.includes(each));
      });
      expect([...found].sort()).toEqual([...cause].sort());
      expect(new Set(asked).size).toBe(asked.length);
      if (cause.length === 1) expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(n)));
    }),
  );
});

it('ends with a set of which no single change can be left out when several causes are there', async () => {
  const isBad = async (some: readonly number[]) => some.includes(3) || (some.includes(5) && some.includes(6));
  const found = await isolateCause(upTo(8), isBad);
  expect(await isBad(found)).toBe(true);
  for (const each of found) expect(await isBad(found.filter((other) => other !== each))).toBe(false);
});
