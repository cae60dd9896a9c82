import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyCheckout } from '../kit/copied-checkout.ts';
import { leftProcesses, removeState, startLoopProcess, type LoopProcess } from '../kit/loop-process.ts';

describe('the loop of a folder of a larger repository, whose branch is called trunk', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-other-place-')));
  const state = join(root, 'state');
  const place = join(root, 'company/deploy');
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: join(root, 'company'), encoding: 'utf8' }).trim();
  const remote = join(state, 'git/bitiq.git');
  let mainFile: string;
  let loop: LoopProcess | undefined;

  const bitiq = (...args: string[]) =>
    spawnSync(process.execPath, [mainFile, ...args], {
      cwd: place,
      env: { ...process.env, BITIQ_STATE: state, BITIQ_REPO: 'loop' },
      encoding: 'utf8',
    });

  beforeAll(() => {
    ({ mainFile } = copyCheckout(place));
    rmSync(join(place, '.git'), { recursive: true });
    for (const file of [
      'environments/root.yaml',
      'environments/dev/application.yaml',
      'environments/prod/application.yaml',
    ]) {
      const text = readFileSync(join(place, file), 'utf8');
      const moved = text
        .replace('targetRevision: main', 'targetRevision: trunk')
        .replace(/path: (helm|environments)/, 'path: deploy/$1')
        .replace('manifest-generate-paths: /helm', 'manifest-generate-paths: /deploy/helm');
      writeFileSync(join(place, file), moved);
    }
    git('init', '--quiet', '--initial-branch=trunk');
    writeFileSync(join(root, 'company/README.md'), 'The company.\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Start');
  });

  afterAll(async () => {
    await loop?.end('SIGINT');
    expect(await leftProcesses(state)).toEqual([]);
    removeState(root);
  });

  it('runs with the history, the branch and the folder of that repository', async () => {
    loop = await startLoopProcess(state, { mainFile });
    expect(loop.output()).not.toContain('The history is left out');
    await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
    const said = execFileSync('git', ['-C', remote, 'log', '--format=%s', 'trunk'], { encoding: 'utf8' });
    expect(said.trim().split('\n').at(-1)).toBe('Start');
    expect(said).toMatch(/^dev: /);
    const files = execFileSync('git', ['-C', remote, 'diff', '--name-only', 'trunk~1', 'trunk'], {
      encoding: 'utf8',
    });
    expect(
      files
        .trim()
        .split('\n')
        .every((file) => file.startsWith('deploy/')),
    ).toBe(true);
  });

  it('takes the commands of --repo loop', async () => {
    expect(bitiq('status').stdout).toMatch(/^release +dev@\w{7}/m);
    const promoted = bitiq('promote', 'dev', 'prod', '--reason', 'first', '--no-image-check');
    expect(promoted.stderr).toContain('Done in one push: trunk is at ');
    await loop!.runs('prod', { 'toy-service': '', 'toy-web': '' });
    const checked = bitiq('check', '--repo', 'loop');
    expect(checked.stdout + checked.stderr).not.toContain('targetRevision');
  });

  it('goes on from there', async () => {
    await loop!.end('SIGINT');
    loop = await startLoopProcess(state, { mainFile });
    await loop.runs('prod', { 'toy-service': '', 'toy-web': '' });
    const pushed = spawnSync('git', ['push', '--force', remote, 'HEAD:trunk'], {
      cwd: place,
      encoding: 'utf8',
    });
    expect(pushed.stderr).toContain('this push rewrites trunk, which only grows');
  });
});
