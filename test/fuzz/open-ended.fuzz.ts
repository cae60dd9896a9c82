import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { fuzzInput, fuzzRound, saveInput } from './fuzz-input.ts';
import { fuzzTargets } from './target-list.ts';

const { BITIQ_FUZZ_TARGET: wanted, BITIQ_FUZZ_INPUT: file, BITIQ_SEED: given } = process.env;
const targets = fuzzTargets.filter(({ name }) => !wanted || name === wanted);

afterAll(async () => {
  for (const { close } of targets) await close?.();
});

it(`fuzzes ${wanted ?? 'every target'}${file || given ? '' : ' until it is ended'}`, async () => {
  expect(targets).not.toEqual([]);
  if (file) return fuzzInput(targets[0]!, readFileSync(file));
  for (let round = 1; ; round++) {
    const seed = given ? Number(given) : randomInt(2 ** 31);
    for (const target of targets) {
      process.stdout.write(`round ${round}  ${target.name}  seed ${seed}\n`);
      // An input on which the reader hangs, or the process ends, is then the one in this file.
      const before = (input: Buffer) => void saveInput(`${target.name}-last`, input);
      await fuzzRound(target, { seed, cases: 5 * target.cases, before });
      await setImmediate();
    }
    if (given) return;
  }
});
