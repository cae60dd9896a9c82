import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freeze } from '../../src/actions/freeze.ts';
import { setTags } from '../../src/actions/set.ts';
import { openRepository } from '../../src/git/repository.ts';
import { actorAt, gitOpsRepository, tagOf } from '../kit/gitops-repository.ts';
import { mainFile } from '../kit/loop-process.ts';

const full = '/dev/full';

function runInto(stream: 'stdout' | 'stderr', cwd: string, args: readonly string[]) {
  const target = openSync(full, 'w');
  try {
    return spawnSync(process.execPath, [mainFile, ...args], {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', stream === 'stdout' ? target : 'pipe', stream === 'stderr' ? target : 'pipe'],
    });
  } finally {
    closeSync(target);
  }
}

describe.skipIf(!existsSync(full))('output that cannot be written', () => {
  it.each([
    [['--help']],
    [['promote', '--help']],
    [['--version']],
    [['status']],
    [['status', '--json']],
    [['log', 'dev', '--json']],
    [['show', 'dev']],
    [['diff', 'dev', 'dev']],
    [['check', '--json', '--no-render']],
    [['hold', 'dev', 'toy-web', '--reason', 'r', '--dry-run']],
    [['status', '--nonsense', '--json']],
  ])('%j is an error', (args) => {
    const fixture = gitOpsRepository();
    const { status, stderr } = runInto('stdout', fixture.checkout, args);
    expect(stderr).toContain('error[system-error]: The output could not be written completely');
    expect(status).toBe(3);
  });

  it('is an error of stderr, too', () => {
    const fixture = gitOpsRepository();
    const { status } = runInto('stderr', fixture.checkout, ['status', '--repo', 'nowhere']);
    expect(status).toBe(3);
    const { status: noted, stdout } = runInto('stderr', fixture.checkout, ['log', 'prod']);
    expect(stdout).toBe('');
    expect(noted).toBe(3);
  });

  it('is not an error where the reader has seen enough', () => {
    const fixture = gitOpsRepository();
    const { status, stderr, stdout } = spawnSync(
      'bash',
      ['-c', `set -o pipefail; '${process.execPath}' '${mainFile}' promote --help | head -1`],
      { cwd: fixture.checkout, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('Usage: bitiq promote');
  });
});

describe('what others wrote', () => {
  it('steers no terminal, also by way of a file, and is data in JSON', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const actor = actorAt(0, 'a\u001B[2Jb\u001B]0;title\u0007c\u001B[31md');
    await setTags(repository, {
      ...{ environment: 'dev', tags: new Map([['toy-web', tagOf(2)]]), helm: process.env['BITIQ_HELM']! },
      actor: { ...actor, name: 'Eve\u001B[8m' },
    });
    await freeze(repository, { environment: 'prod', actor });
    const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
      spawnSync(process.execPath, [mainFile, ...args, '--repo', fixture.remote], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
    for (const args of [
      ['status'],
      ['log', 'dev'],
      ['explain', 'dev', 'toy-web', '--no-image-check'],
      ['explain', 'prod', 'toy-web', '--no-image-check'],
      ['show', 'dev'],
      ['thaw', 'prod', '--dry-run'],
      ['freeze', 'prod', '--reason', 'again'],
    ]) {
      const { stdout, stderr } = run(args);
      expect(stdout + stderr, args.join(' ')).not.toContain('\u001B');
    }
    expect(run(['log', 'dev']).stdout).toContain('reason: abcd\n');
    const coloured = run(['log', 'dev'], { FORCE_COLOR: '1', NO_COLOR: '' }).stdout;
    expect(coloured).toContain('\u001B[1mdev@');
    expect(coloured).not.toContain('\u001B[2J');
    expect(JSON.parse(run(['log', 'dev', '--json']).stdout)).toMatchObject([{ reason: actor.reason }, {}]);
  });
});

describe.skipIf(process.platform !== 'linux')('a signal during a read', () => {
  it('ends it by the system, so that no busy loop is in the way', async () => {
    const fixture = gitOpsRepository();
    // A Git that does not come back keeps the command where it is.
    fixture.git('remote', 'set-url', 'origin', 'ssh://host.invalid/x');
    const child = spawn(process.execPath, [mainFile, 'status'], {
      cwd: fixture.checkout,
      env: { ...process.env, GIT_SSH_COMMAND: 'sleep 600 #', GIT_SSH_VARIANT: 'simple' },
      stdio: 'ignore',
      detached: true,
    });
    const ended = once(child, 'exit');
    try {
      while (!hasChild(child.pid!)) await sleep(20);
      child.kill('SIGTERM');
      expect(await ended).toEqual([null, 'SIGTERM']);
    } finally {
      killGroup(child.pid!);
    }
  });
});

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

function hasChild(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).some(
    (task) => readFileSync(join('/proc', String(pid), 'task', task, 'children'), 'utf8').trim() !== '',
  );
}
