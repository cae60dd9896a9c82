import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hold } from '../../src/actions/hold.ts';
import { promote } from '../../src/actions/promote.ts';
import { openRepository } from '../../src/git/repository.ts';
import { actorAt, gitOpsRepository, temporaryFolder, type GitOpsFixture } from '../kit/gitops-repository.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

/** A GitOps repository, and a copy of it as it is now that its checkout pushes to. */
function withFork(fixture = gitOpsRepository()) {
  const fork = join(temporaryFolder(), 'fork.git');
  execFileSync('git', ['clone', '--quiet', '--mirror', fixture.remote, fork]);
  fixture.git('config', 'remote.origin.pushurl', fork);
  const forkGit = (...args: string[]) =>
    execFileSync('git', ['-C', fork, ...args], { encoding: 'utf8' }).trim();
  return { fixture, fork, forkGit };
}

async function holdWeb(fixture: GitOpsFixture, service = 'toy-web') {
  const actor = actorAt(++clock, 'slow');
  return hold(await openRepository(fixture.checkout), { environment: 'dev', services: [service], actor });
}

const headOf = (fixture: GitOpsFixture) => fixture.remoteGit('rev-parse', 'main');

describe('a remote that is pushed to another repository than it is fetched from', () => {
  it('is refused where that is a fork that is behind, and its fix works', async () => {
    const { fixture, fork, forkGit } = withFork();
    fixture.git('config', '--unset', 'remote.origin.pushurl');
    fixture.commit({ 'note.md': 'newer' });
    fixture.git('config', 'remote.origin.pushurl', fork);
    const heads = () => [headOf(fixture), forkGit('rev-parse', 'main')];
    const before = heads();
    await expect(holdWeb(fixture)).rejects.toMatchObject({
      code: 'remote-conflict',
      message: `The remote origin of ${fixture.checkout} is fetched from ${fixture.remote} and pushed to ${fork}, and these are different repositories: its main is at ${before[0]!.slice(0, 7)}, which the other one has not.`,
      state: 'Nothing was changed.',
    });
    expect(heads()).toEqual(before);
    fixture.git('config', '--unset-all', 'remote.origin.pushurl');
    const { head, warnings } = await holdWeb(fixture);
    expect([headOf(fixture), warnings]).toEqual([head, []]);
  });

  it('is refused where that lacks a release', async () => {
    const fixture = gitOpsRepository();
    await promote(await openRepository(fixture.checkout), { to: 'prod', actor: actorAt(1), helm });
    const { forkGit } = withFork(fixture);
    forkGit('tag', '--delete', 'prod/1');
    await expect(holdWeb(fixture)).rejects.toMatchObject({
      code: 'remote-conflict',
      message: expect.stringContaining('it has the release prod/1, which the other one has not.') as string,
    });
  });

  it('is refused where there are several, of which one may take a push and another one not', async () => {
    const { fixture, forkGit } = withFork();
    fixture.git('config', '--add', 'remote.origin.pushurl', fixture.remote);
    await expect(holdWeb(fixture)).rejects.toMatchObject({ code: 'remote-conflict' });
    expect(forkGit('rev-parse', 'main')).toBe(headOf(fixture));
    const named = await openRepository(fixture.remote);
    await hold(named, { environment: 'dev', services: ['toy-web'], actor: actorAt(2, 'slow') });
  });

  it('is pushed to where both have the same, and what did not get it is named', async () => {
    const { fixture, fork, forkGit } = withFork();
    const { head, warnings } = await holdWeb(fixture);
    expect(forkGit('rev-parse', 'main')).toBe(head);
    expect(warnings).toEqual([
      `${fork} has it, and ${fixture.remote}, where origin is fetched from, has not. Unless that one is a mirror which follows, what reads it does not get this.`,
    ]);
    // A mirror that lags behind is no other repository.
    await holdWeb(fixture, 'toy-service');
    expect(forkGit('rev-list', '--count', `${head}..main`)).toBe('1');
    expect(headOf(fixture)).not.toBe(head);
  });

  it('is pushed to where one cannot be asked', async () => {
    const { fixture } = withFork();
    fixture.git('config', 'remote.origin.url', join(fixture.remote, 'gone'));
    expect((await holdWeb(fixture)).warnings).toEqual([]);
  });

  it('is one repository by two protocols', async () => {
    const fixture = gitOpsRepository();
    fixture.git('remote', 'set-url', 'origin', 'https://Git.example/acme/gitops');
    for (const url of ['git@git.example:acme/gitops.git', 'ssh://git@git.example:2222/acme/gitops.git/']) {
      fixture.git('config', 'remote.origin.pushurl', url);
      expect((await openRepository(fixture.checkout, { offline: true })).split).toBeUndefined();
    }
    fixture.git('config', '--unset', 'remote.origin.pushurl');
    fixture.git('config', 'url.git@git.example:.pushInsteadOf', 'https://Git.example/');
    expect((await openRepository(fixture.checkout, { offline: true })).split).toBeUndefined();
    fixture.git('config', '--unset', 'url.git@git.example:.pushInsteadOf');
    fixture.git('config', 'url.git@git.example:ada/.pushInsteadOf', 'https://Git.example/acme/');
    expect((await openRepository(fixture.checkout, { offline: true })).split).toEqual({
      fetch: 'https://Git.example/acme/gitops',
      push: ['git@git.example:ada/gitops'],
    });
  });
});
