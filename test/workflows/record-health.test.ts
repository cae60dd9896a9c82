import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitOpsRepository, tagOf, temporaryFolder } from '../kit/gitops-repository.ts';
import { runStep } from './run-step.ts';

const record = (cwd: string, ENVIRONMENT: string, REVISION: string) =>
  runStep('healthy.yml', 'record', { cwd, env: { ENVIRONMENT, REVISION } });

describe('the workflow healthy', () => {
  it('records what was synced, also when main has moved since; a second call changes nothing', async () => {
    const fixture = gitOpsRepository();
    const synced = fixture.git('rev-parse', 'HEAD');
    const values = 'helm/bitiq/values-dev.yaml';
    fixture.commit({ [values]: fixture.read(values).replace(tagOf(1), tagOf(2)) }, 'dev: toy-service');
    const first = await record(fixture.checkout, 'dev', synced);
    expect(first).toMatchObject({ status: 0 });
    expect(first.stdout).toContain(`dev: healthy as dev@${synced.slice(0, 7)}`);
    const recorded = () => fixture.remoteGit('ls-tree', '-r', '--name-only', 'refs/bitiq/health').split('\n');
    expect(recorded()).toEqual(['dev/.began', `dev/toy-service/${tagOf(1)}`, `dev/toy-web/${tagOf(1)}`]);
    const before = fixture.remoteGit('rev-parse', 'refs/bitiq/health');
    const second = await record(fixture.checkout, 'dev', synced);
    expect(second).toMatchObject({ status: 0 });
    expect(second.stderr).toContain('Nothing was changed.');
    expect(fixture.remoteGit('rev-parse', 'refs/bitiq/health')).toBe(before);
  });

  it('loses nothing when calls race', async () => {
    const fixture = gitOpsRepository();
    const head = fixture.git('rev-parse', 'HEAD');
    const clones = ['a', 'b', 'c'].map((name) => join(temporaryFolder(), name));
    for (const clone of clones) fixture.git('clone', '--quiet', fixture.remote, clone);
    const ends = await Promise.all(clones.map((clone) => record(clone, 'dev', head)));
    expect(ends.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(fixture.remoteGit('rev-list', '--count', 'refs/bitiq/health')).toBe('1');
  });

  it('is followed by the gate, whose checkout has no login of its own', async () => {
    const fixture = gitOpsRepository();
    const clone = join(temporaryFolder(), 'clone');
    fixture.git('clone', '--quiet', fixture.remote, clone);
    const fetch = { cwd: clone, part: 'refs/bitiq', env: { READ_TOKEN: 'a token' } };
    expect(await runStep('promotion-gate.yml', 'gate', fetch)).toMatchObject({ status: 0, stderr: '' });
    await record(fixture.checkout, 'dev', fixture.git('rev-parse', 'HEAD'));
    expect(await runStep('promotion-gate.yml', 'gate', fetch)).toMatchObject({ status: 0, stderr: '' });
    const known = execFileSync('git', ['rev-parse', 'refs/bitiq/health'], { cwd: clone, encoding: 'utf8' });
    expect(known.trim()).toBe(fixture.remoteGit('rev-parse', 'refs/bitiq/health'));
  });

  it.each([
    ['dev; touch here', 'a'.repeat(40)],
    ['dev', '$(touch here)'],
    ['--help', 'a'.repeat(40)],
    ['', ''],
  ])('refuses %j with the revision %j', async (environment, revision) => {
    const fixture = gitOpsRepository();
    expect(await record(fixture.checkout, environment, revision)).toMatchObject({ status: 2, stdout: '' });
    expect(fixture.remoteGit('for-each-ref', 'refs/bitiq')).toBe('');
  });
});
