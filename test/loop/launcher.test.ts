import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-launcher-')));
const copy = join(folder, 'bitiq');
const version = /^\d+\.\d+\.\d+\n$/;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the launcher in a fresh clone', () => {
  beforeAll(() => {
    execFileSync('git', ['clone', '--quiet', '--no-hardlinks', root, copy]);
    expect(existsSync(join(copy, 'node_modules'))).toBe(false);
    expect(existsSync(join(copy, 'dist'))).toBe(false);
  });

  it('says what is wrong when Node.js is too old, before it installs anything', () => {
    const old = stubs('old', {
      node: '#!/bin/sh\n[ "$1" = --version ] && echo v18.20.0 && exit 0\nexit 1\n',
    });
    const { status, stderr } = launch(['--version'], { PATH: `${old}${delimiter}${process.env['PATH']}` });
    expect(status).toBe(3);
    expect(stderr).toContain('Node.js v18.20.0 is too old.');
    expect(stderr).toContain('fix: Install Node.js 20.19 or newer.');
    expect(existsSync(join(copy, 'node_modules'))).toBe(false);
  });

  it('says what is missing when there is no Node.js, or no npm', () => {
    const bare = stubs('bare', {}, ['sh', 'dirname', 'readlink', 'find']);
    expect(launch(['--version'], { PATH: bare })).toMatchObject({
      status: 3,
      stderr: 'bitiq: Node.js is not on PATH.\nbitiq: fix: Install Node.js 20.19 or newer.\n',
    });
    const noNpm = stubs('no-npm', {}, ['sh', 'dirname', 'readlink', 'find', 'node']);
    expect(launch(['--version'], { PATH: noNpm })).toMatchObject({
      status: 3,
      stderr: 'bitiq: npm is not on PATH.\nbitiq: fix: Install npm; it comes with Node.js.\n',
    });
  });

  it('installs, builds and runs; then starts at once', () => {
    const first = launch(['--version']);
    expect(first.stderr).toContain('installing the packages (npm ci), once …');
    expect(first.stderr).toContain('building …');
    expect(first).toMatchObject({ status: 0, stdout: expect.stringMatching(version) });
    expect(launch(['--version'])).toMatchObject({ status: 0, stderr: '', stdout: first.stdout });
  });

  it('still refuses an old Node.js once everything is installed', () => {
    const old = stubs('old-again', {
      node: '#!/bin/sh\n[ "$1" = --version ] && echo v18.20.0 && exit 0\nexit 1\n',
    });
    const { status, stderr } = launch(['--version'], { PATH: `${old}${delimiter}${process.env['PATH']}` });
    expect({ status, stderr }).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('v18.20.0 is too old'),
    });
  });

  it('works through a symbolic link, relative and absolute, and from another folder', () => {
    mkdirSync(join(folder, 'links'));
    symlinkSync(join(copy, 'bitiq'), join(folder, 'links', 'absolute'));
    symlinkSync('../bitiq/bitiq', join(folder, 'links', 'relative'));
    symlinkSync('relative', join(folder, 'links', 'twice'));
    for (const name of ['absolute', 'relative', 'twice'])
      expect(
        spawnSync(join(folder, 'links', name), ['--version'], { cwd: tmpdir(), encoding: 'utf8' }),
      ).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(version),
      });
  });

  it('several at once on a stale build all work, and leave one build behind', async () => {
    const launcher = join(copy, 'bitiq');
    touch(join(copy, 'src', 'cli', 'main.ts'));
    const many = await Promise.all(
      [1, 2, 3].map(() => promisify(execFile)(launcher, ['--version'], { cwd: folder })),
    );
    for (const { stdout } of many) expect(stdout).toMatch(version);
    expect(readdirSync(copy).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
    expect(launch(['--version']).stderr).toBe('');
  });

  it('does not lose the build that works when a new one fails', () => {
    const broken = join(copy, 'src', 'broken.ts');
    writeFileSync(broken, 'export const = ;\n');
    const failed = launch(['--version']);
    expect(failed).toMatchObject({ status: 3, stderr: expect.stringContaining('The build failed.') });
    rmSync(broken);
    touch(join(copy, 'src', 'cli', 'main.ts'));
    expect(launch(['--version'])).toMatchObject({ status: 0 });
    expect(readdirSync(copy).filter((name) => name.startsWith('dist'))).toEqual(['dist']);
  });
});

it('the demo of this working tree holds', async () => {
  const { stdout } = await promisify(execFile)(join(root, 'bitiq'), ['demo'], { cwd: folder });
  expect(stdout).toMatch(
    /^Every step succeeded: 8 steps in [\d.]+ s\. Push to healthy: [\d.]+ s and [\d.]+ s\.$/m,
  );
});

function launch(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(join(copy, 'bitiq'), args, {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** A folder for PATH with these scripts, and links to these tools of the machine. */
function stubs(
  name: string,
  scripts: Readonly<Record<string, string>>,
  tools: readonly string[] = [],
): string {
  const at = join(folder, name);
  mkdirSync(at);
  for (const [tool, text] of Object.entries(scripts)) {
    writeFileSync(join(at, tool), text);
    chmodSync(join(at, tool), 0o755);
  }
  for (const tool of tools)
    symlinkSync(
      execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
      join(at, tool),
    );
  return at;
}

function touch(file: string): void {
  const now = new Date();
  utimesSync(file, now, now);
}
