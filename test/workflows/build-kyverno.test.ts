import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, temporaryFolder } from '../kit/gitops-repository.ts';
import { runProcess } from './run-script.ts';
import { runStep } from './run-step.ts';

const script = join(root, 'tools/workflows/build-kyverno.sh');
const pinned = /^\s*github\.com\/kyverno\/kyverno (v\S+)/m.exec(
  readFileSync(join(root, 'tools/kyverno/go.mod'), 'utf8'),
)?.[1];
/** What CI has built before. Where there is none, Go would work for a quarter of an hour. */
const built = join(root, '.bitiq/test-tools/kyverno');
const hasGo = spawnSync('go', ['version']).status === 0;

describe('the script that builds Kyverno', () => {
  it('says what it wants where no folder is named', async () => {
    const { status, stderr } = await runProcess(script, [], { cwd: root, env: process.env });
    expect(status).not.toBe(0);
    expect(stderr).toContain('the folder to build into');
  });

  it('fails without Go, and puts nothing on PATH', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'path');
    writeFileSync(path, '');
    const withoutGo = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((each) => !existsSync(join(each, 'go')))
      .join(delimiter);
    const { status, stderr } = await runProcess(script, [join(folder, 'kyverno')], {
      cwd: folder,
      env: { ...process.env, PATH: withoutGo, GITHUB_PATH: path },
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('go');
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it.skipIf(!hasGo || !existsSync(built)).each(['cache', 'gate'])(
    'builds the pinned one in the job %s, and puts it on PATH (skipped: Go has not built it before)',
    async (job) => {
      const temporary = join(temporaryFolder(), 'a runner');
      const file = join(temporary, 'kyverno/kyverno');
      mkdirSync(dirname(file), { recursive: true });
      // Go sees that nothing is to do, if it would make the same.
      copyFileSync(built, file);
      const path = join(temporary, 'path');
      const { status, stdout } = await runStep('promotion-gate.yml', job, {
        cwd: root,
        part: 'build-kyverno.sh',
        env: { RUNNER_TEMP: temporary, GITHUB_PATH: path },
      });
      expect([status, stdout]).toEqual([0, expect.stringContaining(`Version: ${pinned}\n`)]);
      expect(readFileSync(path, 'utf8')).toBe(`${dirname(file)}\n`);
    },
    1_800_000,
  );
});

describe('the script that builds opa', () => {
  const opa = join(root, 'tools/workflows/build-opa.sh');
  const builtOpa = join(root, '.bitiq/test-tools/opa');

  function repositoryWith(file: string): string {
    const folder = temporaryFolder();
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), 'package bitiq.x\n');
    for (const args of [
      ['init', '--quiet'],
      ['add', '--all'],
    ])
      spawnSync('git', args, { cwd: folder });
    return folder;
  }

  it('builds nothing where no policy is written in Rego', async () => {
    const cwd = repositoryWith('policies/x/x.yaml');
    const { status, stdout } = await runProcess(opa, [join(cwd, 'opa')], { cwd, env: process.env });
    expect([status, stdout, existsSync(join(cwd, 'opa'))]).toEqual([
      0,
      'No policy is written in Rego, so opa is not needed.\n',
      false,
    ]);
  });

  it('fails where one is and Go is not there, and puts nothing on PATH', async () => {
    const cwd = repositoryWith('policies/x/x.rego');
    const path = join(cwd, 'path');
    writeFileSync(path, '');
    const withoutGo = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((each) => !existsSync(join(each, 'go')))
      .join(delimiter);
    const env = { ...process.env, PATH: withoutGo, GITHUB_PATH: path };
    const { status } = await runProcess(opa, [join(cwd, 'opa')], { cwd, env });
    expect([status, readFileSync(path, 'utf8')]).toEqual([expect.any(Number), '']);
    expect(status).not.toBe(0);
  });

  it.skipIf(!hasGo || !existsSync(builtOpa))(
    'builds the pinned one and puts it on PATH (skipped: Go has not built it before)',
    async () => {
      const cwd = repositoryWith('policies/x/x.rego');
      const folder = join(cwd, 'a folder');
      mkdirSync(folder);
      copyFileSync(builtOpa, join(folder, 'opa'));
      const path = join(cwd, 'path');
      const { status, stdout } = await runProcess(opa, [folder], {
        cwd,
        env: { ...process.env, GITHUB_PATH: path },
      });
      const version = /^\s*github\.com\/open-policy-agent\/opa v(\S+)/m.exec(
        readFileSync(join(root, 'tools/opa/go.mod'), 'utf8'),
      )?.[1];
      expect([status, stdout]).toEqual([0, expect.stringContaining(`Version: ${version}\n`)]);
      expect(readFileSync(path, 'utf8')).toBe(`${folder}\n`);
    },
    1_800_000,
  );
});
