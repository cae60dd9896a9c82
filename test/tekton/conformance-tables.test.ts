import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** The calls that Tekton's own Go tests made, with their results: `npm run conformance -- tables` records them. */
const record = join(root, 'test/fixtures/tekton-calls.json.gz');

interface Outcome {
  readonly test: string;
  readonly name: string;
  readonly verdict: string;
  readonly why: string;
}

let outcomes: readonly Outcome[];

beforeAll(async () => {
  const { compareCalls } = (await import('../../tools/conformance/tables/compare.js' as string)) as {
    compareCalls(
      calls: readonly unknown[],
      load: (path: string) => Promise<unknown>,
    ): Promise<readonly Outcome[]>;
  };
  const calls = JSON.parse(gunzipSync(readFileSync(record)).toString('utf8')) as unknown[];
  outcomes = await compareCalls(
    calls,
    (path) => import(/* @vite-ignore */ join(root, 'src/tekton', `${path.slice(0, -3)}.ts`)),
  );
});

describe("the tables of Tekton's own tests", () => {
  it('agree as when they were recorded (npm run conformance -- tables)', () => {
    const count = (wanted: string) => outcomes.filter(({ verdict }) => verdict === wanted).length;
    expect(count('agrees')).toBeGreaterThan(1000);
    expect(count('differs')).toBeLessThan(0.02 * count('agrees'));
  });

  it('all agree about substitutions, references to results and graphs', () => {
    const these = outcomes.filter(({ test }) =>
      /^(?:substitution|internal\/resultref|reconciler\/pipeline\/dag) /.test(test),
    );
    expect(these.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
    expect(these.filter(({ verdict }) => verdict === 'agrees').length).toBeGreaterThan(90);
  });
});
