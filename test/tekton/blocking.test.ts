import childProcess from 'node:child_process';
import { writeFileSync } from 'node:fs';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embedded, newFolder, runYaml } from './kit.ts';

const sources = fileURLToPath(new URL('../../src/', import.meta.url));
const calls: string[] = [];
const restore: (() => void)[] = [];

/** Counts what stops this thread until it is done, where a source of bitiq calls it; a thread of its own is another matter. */
function count<Key extends string>(object: Record<Key, (...given: never[]) => unknown>, name: Key): void {
  const original = object[name];
  const counted = (...given: never[]): unknown => {
    // The nearest that is not of node: what a package does while it is loaded counts for no one.
    const frames = (new Error('where').stack ?? '').split('\n').slice(2);
    const caller = frames.find((line) => !line.includes('node:')) ?? '';
    const at = caller.indexOf(sources);
    if (at >= 0) calls.push(`${name} ${caller.slice(at + sources.length)}`);
    return original.apply(object, given);
  };
  object[name] = counted;
  restore.push(() => {
    object[name] = original;
  });
}

beforeAll(() => {
  for (const [module, names] of [
    [fs, Object.keys(fs)],
    [childProcess, Object.keys(childProcess)],
  ] as const)
    for (const name of names.filter((each) => each.endsWith('Sync')))
      count(module as unknown as Record<string, () => unknown>, name);
  count(Atomics as unknown as Record<string, () => unknown>, 'wait');
  syncBuiltinESMExports();
});

afterAll(() => {
  for (const each of restore) each();
  syncBuiltinESMExports();
});

const run = (credential: string) => `apiVersion: v1
kind: Secret
metadata: { name: login, annotations: { tekton.dev/git-0: "https://example.com" } }
type: kubernetes.io/basic-auth
stringData: { username: u, password: ${credential} }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: builder }
secrets: [{ name: login }]
---
${embedded(
  `workspaces: [{ name: files }, { name: kept }]
tasks:
- name: a
  workspaces: [{ name: files }, { name: kept }]
  taskSpec:
    workspaces: [{ name: files, readOnly: true }, { name: kept }]
    results: [{ name: r }]
    sidecars: [{ name: beside, script: sleep 30 }]
    steps:
    - { name: one, script: 'cat $(workspaces.files.path)/password > $(workspaces.kept.path)/x; printf written > $(results.r.path)' }
    - { name: leaves, script: 'setsid sleep 30 </dev/null >/dev/null 2>&1 & true' }
- name: b
  when: [{ input: $(tasks.a.results.r), operator: in, values: [written] }]
  taskSpec: { steps: [{ name: s, script: 'cat $HOME/.git-credentials >/dev/null' }, { name: fails, onError: continue, script: exit 3 }] }
`,
  `taskRunTemplate: { serviceAccountName: builder }
workspaces: [{ name: files, secret: { secretName: login } }, { name: kept, emptyDir: {} }]
`,
)}`;

it('counts what it is to count: a source that writes a file and waits for it', async () => {
  const { writeLastRecord } = await import('../../src/tekton/run/record.ts');
  writeLastRecord(newFolder(), {} as never);
  expect(calls.map((call) => call.split(' ')[0])).toContain('writeFileSync');
  calls.length = 0;
  writeFileSync(join(newFolder(), 'of-a-test'), '');
  expect(calls).toEqual([]);
});

it('stops the event loop for nothing while 20 runs go on and end', async () => {
  const runs = await Promise.all(Array.from({ length: 20 }, (_, index) => runYaml(run(`secret-${index}`))));
  expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'succeeded'));
  expect(calls).toEqual([]);
});
