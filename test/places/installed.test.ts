import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root, temporaryFolder } from '../kit/gitops-repository.ts';

const run = `apiVersion: tekton.dev/v1
kind: TaskRun
metadata:
  name: hello
spec:
  taskSpec:
    steps: [{ name: hello, script: 'echo Hello' }]
`;

it('keeps nothing in the package that npm installed', () => {
  const folder = temporaryFolder();
  const modules = join(folder, 'lib/node_modules');
  const installed = join(modules, 'bitiq');
  mkdirSync(installed, { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')).filter((each) => !each.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  writeFileSync(join(folder, 'hello.yaml'), run);
  const before = readdirSync(installed);
  const cache = join(folder, 'cache');
  const args = [join(installed, 'dist/cli/main.js'), 'pipeline', 'run', 'hello.yaml'];
  const ran = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: cache, BITIQ_STATE: undefined },
    encoding: 'utf8',
  });
  expect({ code: ran.status, said: ran.stderr }).toMatchObject({ code: 0 });
  expect(ran.stderr).not.toContain('Other users');
  expect(readdirSync(installed)).toEqual(before);
  expect(existsSync(join(cache, 'bitiq/.bitiq/runs'))).toBe(true);
});
