import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const module = 'github.com/tektoncd/pipeline';
const sample = ['pkg/substitution', 'pkg/internal/resultref', 'pkg/reconciler/pipeline/dag'];

interface Harness {
  packages: Readonly<Record<string, readonly string[]>>;
  callsOf(options: object): readonly unknown[] | undefined;
  compareCalls(
    calls: readonly unknown[],
    load: (path: string) => Promise<unknown>,
  ): Promise<readonly { readonly verdict: string }[]>;
}

const tool = (name: string): Promise<Harness> =>
  import(`../../tools/conformance/tables/${name}.js`) as Promise<Harness>;

/** The folder of the module when it is in Go's cache; nothing is fetched. */
function folderOfModule(): string | undefined {
  const { stdout } = spawnSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' });
  const path = stdout ? join(stdout.trim(), `${module}@v1.12.0`) : '';
  return existsSync(path) ? path : undefined;
}

const folder = folderOfModule();
const record = join(root, 'node_modules/.cache/bitiq/tekton-calls.json');

const compare = async (calls: readonly unknown[]) => {
  const { compareCalls } = await tool('compare');
  return compareCalls(
    calls,
    (path) => import(/* @vite-ignore */ join(root, 'src/tekton', `${path.slice(0, -3)}.ts`)),
  );
};

describe("the tables of Tekton's own tests", () => {
  it.skipIf(!existsSync(record))(
    'agree as when they were recorded (npm run conformance -- tables)',
    async () => {
      const outcomes = await compare(JSON.parse(readFileSync(record, 'utf8')) as unknown[]);
      const count = (wanted: string) => outcomes.filter(({ verdict }) => verdict === wanted).length;
      expect(count('agrees')).toBeGreaterThan(1500);
      expect(count('differs')).toBeLessThan(0.02 * count('agrees'));
    },
  );

  it.skipIf(!folder || existsSync(record))(
    'agree in a sample, run when the Go module is in the cache and Go has built it before',
    async (context) => {
      const { packages } = await tool('packages');
      const { callsOf } = await tool('calls');
      const chosen = Object.fromEntries(sample.map((name) => [name, packages[name]]));
      const calls = callsOf({ module, folder, packages: chosen, limit: 60_000 });
      if (!calls) return context.skip('Go has not built these packages before');
      const outcomes = await compare(calls);
      expect(outcomes.filter(({ verdict }) => verdict === 'differs')).toEqual([]);
      expect(outcomes.filter(({ verdict }) => verdict === 'agrees').length).toBeGreaterThan(90);
    },
  );
});
