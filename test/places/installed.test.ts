import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
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

/** Unpacks what npm would publish, as npm installs it, without any other package. */
function install(folder: string): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' }),
  ) as [{ readonly filename: string }];
  const installed = join(folder, 'lib/node_modules/bitiq');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1']);
  return installed;
}

it('keeps nothing in the package that npm installed, and needs no other package', () => {
  const folder = temporaryFolder();
  const installed = install(folder);
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

it('has its library and its types in the package, and no module twice', () => {
  const folder = temporaryFolder();
  const installed = install(folder);
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(files).toContain('dist/index.d.ts');
  expect(files.filter((file) => file.endsWith('.js') && !file.startsWith('dist/parts/')).sort()).toEqual([
    'dist/cli/main.js',
    'dist/index.js',
  ]);
  const use = "import { parseTag } from 'bitiq'; console.log(parseTag('v1.2.3-4.gabc1234').commits);";
  writeFileSync(join(folder, 'lib/use.mjs'), use);
  expect(execFileSync(process.execPath, [join(folder, 'lib/use.mjs')], { encoding: 'utf8' })).toBe('4\n');
});
