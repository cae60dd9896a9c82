import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, isDeepStrictEqual } from 'node:util';
import { BitiqError } from '../../src/model/errors.ts';
import { fc } from '../kit/fast-check.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.bitiq/fuzz');

/** Reads an input twice; throws when something unexpected is thrown, or the second result is another. */
export async function fuzzInput(target: FuzzTarget, input: Buffer): Promise<void> {
  const first = await outcomeOf(target, Buffer.from(input));
  const second = await outcomeOf(target, Buffer.from(input));
  if (!isDeepStrictEqual(first, second))
    throw new Error(`read twice, it gives ${inspect(first)} and then ${inspect(second)}`);
}

async function outcomeOf(target: FuzzTarget, input: Buffer): Promise<unknown> {
  try {
    return { gives: await target.run(input) };
  } catch (error) {
    if (error instanceof BitiqError) return { throws: error.message };
    if (target.mayThrow?.(error) === true) return { throws: String(error) };
    throw error;
  }
}

/** Reads random inputs. The smallest that fails is saved, and thrown with the commands that repeat it. */
export async function fuzzRound(
  target: FuzzTarget,
  { seed, cases, before }: { seed: number; cases: number; before?: (input: Buffer) => void },
): Promise<void> {
  const property = fc.asyncProperty(target.arbitrary, async (input) => {
    before?.(input);
    await fuzzInput(target, input);
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: cases });
  if (!failed) return;
  const input = counterexample?.[0] ?? Buffer.alloc(0);
  const file = saveInput(
    `${target.name}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`,
    input,
  );
  throw new Error(
    `${target.name} fails on ${JSON.stringify(input.toString('latin1').slice(0, 300))}, saved as ${file}.\n` +
      `Once more: npm run fuzz -- ${target.name} ${file}\nFrom the beginning: BITIQ_SEED=${seed} npm run fuzz -- ${target.name}`,
    { cause: errorInstance },
  );
}

/** Writes an input below `.bitiq/fuzz` and gives its path in the repository. */
export function saveInput(name: string, input: Buffer): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), input);
  return relative(root, join(folder, name));
}
