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
