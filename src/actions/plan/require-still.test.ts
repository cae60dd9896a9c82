import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { takeTurn } from '../../git/take-turn.ts';
import { promote } from '../promote.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;
const someone = () => actorAt(++clock, 'on call');

function set(repository: Repository, number: number, environment = 'dev') {
  const tags = new Map([['toy-web', tagOf(number)]]);
  return setTags(repository, { environment, tags, actor: someone(), helm });
}

async function withReleases(): Promise<{ fixture: GitOpsFixture; repository: Repository }> {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.checkout);
  for (const number of [2, 3, 4]) {
    await set(repository, number);
    await promote(repository, { to: 'prod', actor: someone(), helm });
  }
  return { fixture, repository };
}

/** Lets another writer be faster than the next push: `work` is done then, between its plan and its arrival. */
async function letOtherWin(fixture: GitOpsFixture, work: () => Promise<unknown>): Promise<void> {
  const before = fixture.remoteGit('rev-parse', 'main');
  await work();
  const after = fixture.remoteGit('rev-parse', 'main');
  fixture.remoteGit('update-ref', 'refs/heads/main', before);
  const hook = join(fixture.remote, 'hooks/pre-receive');
  const outside = 'env -u GIT_QUARANTINE_PATH -u GIT_OBJECT_DIRECTORY -u GIT_ALTERNATE_OBJECT_DIRECTORIES';
  writeFileSync(hook, `#!/bin/sh\nrm '${hook}'\n${outside} git update-ref refs/heads/main ${after}\n`);
  chmodSync(hook, 0o755);
}

const pointer = (fixture: GitOpsFixture): string =>
  /targetRevision: (?:refs\/tags\/)?(\S+)/.exec(
    fixture.remoteGit('show', 'main:environments/prod/application.yaml'),
  )![1]!;

describe('a rollback that another one overtakes', () => {
  it('stops, and says who moved the environment and when', async () => {
    const { fixture, repository } = await withReleases();
    await letOtherWin(fixture, () => rollback(repository, { environment: 'prod', actor: someone() }));
    await expect(rollback(repository, { environment: 'prod', actor: someone() })).rejects.toMatchObject({
      code: 'environment-moved',
      message: expect.stringMatching(
        /^prod moved from prod\/3 to prod\/2 while this command was running: rollback by Ada <ada@example\.com> at 2026-01-01T00:00:\d\dZ \(on call\)\.$/,
      ) as string,
      fix: expect.stringContaining('`bitiq rollback prod --to RELEASE`') as string,
      state: 'Nothing was changed.',
    });
    expect(pointer(fixture)).toBe('prod/2');
  });

  it('stops also where it had to wait for its turn', async () => {
    const { fixture, repository } = await withReleases();
    const head = () => fixture.remoteGit('rev-parse', 'main');
    const before = head();
    await rollback(repository, { environment: 'prod', actor: someone() });
    const after = head();
    fixture.remoteGit('update-ref', 'refs/heads/main', before);
    const fetched = join(fixture.checkout, '.git/FETCH_HEAD');
    rmSync(fetched);
    let second: Promise<unknown> = Promise.resolve();
    await takeTurn(repository, async () => {
      second = rollback(repository, { environment: 'prod', actor: someone() });
      second.catch(() => {});
      await vi.waitUntil(() => existsSync(fetched) && readFileSync(fetched).length > 0, { timeout: 60_000 });
      fixture.remoteGit('update-ref', 'refs/heads/main', after);
    });
    await expect(second).rejects.toMatchObject({ code: 'environment-moved' });
    expect([head(), pointer(fixture)]).toEqual([after, 'prod/2']);
  });

  it('of an environment that follows main stops as well', async () => {
    const { fixture, repository } = await withReleases();
    await letOtherWin(fixture, () => rollback(repository, { environment: 'dev', actor: someone() }));
    await expect(rollback(repository, { environment: 'dev', actor: someone() })).rejects.toMatchObject({
      code: 'environment-moved',
    });
    expect(fixture.remoteGit('log', '-1', '--format=%s', 'main')).toMatch(/^dev: roll back to /);
  });

  it('goes where it was told to go, when a release is named, and past moves of other environments', async () => {
    const { fixture, repository } = await withReleases();
    await letOtherWin(fixture, () => rollback(repository, { environment: 'prod', actor: someone() }));
    const named = await rollback(repository, { environment: 'prod', to: '1', actor: someone() });
    expect([named.races, pointer(fixture)]).toEqual([1, 'prod/1']);
    await rollback(repository, { environment: 'prod', to: '3', actor: someone() });
    await letOtherWin(fixture, () => set(repository, 9));
    const step = await rollback(repository, { environment: 'prod', actor: someone() });
    expect([step.races, pointer(fixture)]).toEqual([1, 'prod/2']);
  });
});

describe('a promotion that another writer overtakes', () => {
  it('stops where the target moved, unless a release is named', async () => {
    const { fixture, repository } = await withReleases();
    const dev = (await set(repository, 5)).head.slice(0, 7);
    await letOtherWin(fixture, () => rollback(repository, { environment: 'prod', actor: someone() }));
    await expect(promote(repository, { to: 'prod', actor: someone(), helm })).rejects.toMatchObject({
      code: 'environment-moved',
    });
    expect([pointer(fixture), fixture.remoteGit('tag').split('\n').length]).toEqual(['prod/2', 3]);
    await letOtherWin(fixture, () => rollback(repository, { environment: 'prod', actor: someone() }));
    const named = await promote(repository, { from: `dev@${dev}`, to: 'prod', actor: someone(), helm });
    expect([named.races, named.prepared.plan.from, pointer(fixture)]).toEqual([1, 'prod/1', 'prod/4']);
  });

  it('takes what its source had when the command began', async () => {
    const { fixture, repository } = await withReleases();
    const dev = (await set(repository, 5)).head.slice(0, 7);
    await letOtherWin(fixture, () => set(repository, 6));
    await promote(repository, { to: 'prod', actor: someone(), helm });
    const record = fixture.remoteGit('cat-file', '-p', 'prod/4');
    expect(record).toContain(`from: dev@${dev}`);
    expect(record).toContain(`toy-web: ${tagOf(5)}`);
  });
});
