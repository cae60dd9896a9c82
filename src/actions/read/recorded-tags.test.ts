import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../../../test/kit/gitops-repository.ts';
import type { Finding } from '../../model/finding.ts';
import { fetchRemote, openRepository, headOfMain, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { promote } from '../promote.ts';
import { readPointerHistory } from './pointer-history.ts';
import { readConfig } from './read-state.ts';
import { findMovedTag, recordedTags } from './recorded-tags.ts';
import { resolveRelease } from './resolve-release.ts';
import { diffReleases } from '../diff.ts';
import { readStatus } from '../status.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
const helmAtHand = () => Promise.resolve(helm);
let clock = 0;

async function withReleases(count: number): Promise<{ fixture: GitOpsFixture; repository: Repository }> {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  for (let number = 1; number <= count; number++) {
    const tags = new Map([['toy-web', tagOf(number + 1)]]);
    await setTags(repository, { environment: 'dev', tags, actor: actorAt(++clock), helm });
    await promote(repository, { to: 'prod', actor: actorAt(++clock), helm });
  }
  return { fixture, repository };
}

/** What somebody with the right to push tags can do: the tag on another tree, with the same message or another. */
function moveTag(fixture: GitOpsFixture, release: string, change = (message: string) => message): void {
  const { git, remoteGit } = fixture;
  git('fetch', '--quiet', '--tags');
  git('checkout', '--quiet', '--detach', release);
  const values = fixture.read('helm/bitiq/values-prod.yaml').replace('replicas: 2', 'replicas: 9');
  execFileSync('tee', [join(fixture.checkout, 'helm/bitiq/values-prod.yaml')], {
    input: values,
    stdio: 'pipe',
  });
  git('commit', '--quiet', '--all', '--message', 'Evil');
  const message = change(remoteGit('for-each-ref', '--format=%(contents)', `refs/tags/${release}`));
  git('tag', '--force', '--annotate', '--cleanup=verbatim', '--message', message, release);
  git('push', '--quiet', '--force', 'origin', `refs/tags/${release}`);
  git('checkout', '--quiet', 'main');
}

function freshClone(fixture: GitOpsFixture): Promise<Repository> {
  const clone = join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', fixture.remote, clone], { stdio: 'pipe' });
  return openRepository(clone);
}

describe('what main records of a release', () => {
  it('is the id of its tag object and the digest of its manifests, in promotions, rollbacks and sets', async () => {
    const { fixture, repository } = await withReleases(2);
    const tags = new Map([['toy-web', tagOf(9)]]);
    await setTags(repository, { environment: 'prod', tags, actor: actorAt(++clock), helm });
    await rollback(repository, { environment: 'prod', to: '1', actor: actorAt(++clock) });
    const told = (at: string) =>
      fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-Tag,key=Bitiq-Manifests)', at).trim();
    const content = (release: string) => {
      const [digest] = /sha256:\w+/.exec(fixture.remoteGit('cat-file', '-p', release))!;
      return `Bitiq-Tag: ${fixture.remoteGit('rev-parse', release)}\nBitiq-Manifests: ${digest}`;
    };
    expect(['main', 'main~1', 'main~2'].map(told)).toEqual(['prod/1', 'prod/3', 'prod/2'].map(content));
    // A release commit cannot name its own tag, and nothing else moves a release.
    expect(['prod/2', 'main~3'].map(told)).toEqual(['', '']);
    const head = await headOfMain(repository);
    const recorded = recordedTags(await readPointerHistory(repository, { head, environment: 'prod' }));
    expect([...recorded.keys()].sort()).toEqual(['prod/1', 'prod/2', 'prod/3']);
  });

  it.each([
    ['with the same message', (message: string) => message],
    [
      'with a digest that fits',
      (message: string) => message.replace(/sha256:\w+/, `sha256:${'0'.repeat(64)}`),
    ],
  ])('shows a fresh clone that a tag was moved, %s', async (_, change) => {
    const { fixture } = await withReleases(3);
    moveTag(fixture, 'prod/1', change);
    const head = fixture.remoteGit('rev-parse', 'main');
    const repository = await freshClone(fixture);
    const moved = {
      code: 'release-tag-moved',
      message: expect.stringMatching(
        /^The tag prod\/1 was moved: it is \w{12} now, and main recorded/,
      ) as string,
    };
    const findings = await check(commitTree(repository, head), {
      helm: undefined,
      repository,
      now: new Date(0),
    });
    expect(findings.filter(({ place }) => place.file === 'refs/tags/prod/1')).toMatchObject([moved]);
    await expect(
      rollback(repository, { environment: 'prod', to: 'prod/1', actor: actorAt(++clock) }),
    ).rejects.toMatchObject(moved);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
    // What was not touched is a way back.
    const applied = await rollback(repository, { environment: 'prod', to: '2', actor: actorAt(++clock) });
    expect(applied.prepared.plan).toMatchObject({ to: 'prod/2', notes: [] });
  });

  it('is missing for an old release, which is rendered where a Helm is there, and else said not to be proved', async () => {
    const { fixture } = await withReleases(2);
    // The history as an older bitiq wrote it.
    fixture.git('pull', '--quiet', '--tags');
    fixture.git('filter-branch', '-f', '--msg-filter', 'grep -v "^Bitiq-\\(Tag\\|Manifests\\): "', 'HEAD');
    fixture.git('push', '--quiet', '--force', 'origin', 'main');
    const back = { environment: 'prod', to: '1', actor: actorAt(++clock), dryRun: true };
    const repository = await openRepository(fixture.remote);
    const plan = async (more: object) => (await rollback(repository, { ...back, ...more })).prepared.plan;
    expect((await plan({})).notes).toEqual([
      expect.stringMatching(/^prod\/1 was made before .* is not proved\.$/),
    ]);
    expect((await plan({ helmAtHand })).notes).toEqual([]);
    moveTag(fixture, 'prod/1');
    await expect(plan({ helmAtHand })).rejects.toMatchObject({ code: 'release-mismatch' });
  });
});

/** Runs the Git command of a fix in a clone. */
function follow(fix: string, clone: string): void {
  const command = /`git ([^`]*)`/.exec(fix)![1]!;
  execFileSync('git', command.split(' '), { cwd: clone, stdio: 'pipe' });
}

async function movedIn(repository: Repository, release: string): Promise<Finding | undefined> {
  await fetchRemote(repository);
  const head = await headOfMain(repository);
  return (await findMovedTag(repository, { head, environment: 'prod', release }))[0];
}

describe('a clone that has another tag than the remote', () => {
  it('stays usable with the tag that main recorded, and says how it comes back', async () => {
    const { fixture } = await withReleases(3);
    const repository = await freshClone(fixture);
    moveTag(fixture, 'prod/2');
    const found = await movedIn(repository, 'prod/2');
    expect(found?.message).toMatch(
      /^The tag prod\/2 of the remote origin was moved: it is \w{12} there, and main recorded \w{12} in \w{7} when prod\/2 came into use, which this clone has\.$/,
    );
    const { fault, faults } = (await statusOf(repository)).find(({ environment }) => environment === 'prod')!;
    expect([fault, faults]).toEqual([undefined, []]);
    await expect(
      rollback(repository, { environment: 'prod', to: '2', actor: actorAt(++clock) }),
    ).rejects.toMatchObject({ code: 'release-tag-moved', fix: found!.fix });
    // A way back without that release is there.
    const { plan } = (await rollback(repository, { environment: 'prod', actor: actorAt(++clock) })).prepared;
    expect(plan.to).toBe('prod/1');
    expect(plan.notes.join()).toContain(
      'prod/2 is passed over. The tag prod/2 of the remote origin was moved',
    );
    follow(found!.fix, repository.directory);
    expect(await movedIn(repository, 'prod/2')).toBeUndefined();
    const again = await rollback(repository, { environment: 'prod', to: '2', actor: actorAt(++clock) });
    expect(again.prepared.plan.notes).toEqual([]);
  });

  it('takes the one of the remote by the fix where that is the recorded one, and one of no release is its own matter', async () => {
    const { fixture } = await withReleases(2);
    const right = fixture.remoteGit('rev-parse', 'prod/1');
    moveTag(fixture, 'prod/1');
    fixture.git('push', '--quiet', 'origin', 'prod/2^{commit}:refs/tags/v1');
    const repository = await freshClone(fixture);
    fixture.git('push', '--quiet', '--force', 'origin', `${right}:refs/tags/prod/1`, 'HEAD:refs/tags/v1');
    const found = await movedIn(repository, 'prod/1');
    expect(found?.message).toMatch(
      /^The tag prod\/1 of this clone is \w{12}, and main recorded .* the remote origin has\.$/,
    );
    follow(found!.fix, repository.directory);
    expect(await movedIn(repository, 'prod/1')).toBeUndefined();
    expect(
      (await rollback(repository, { environment: 'prod', actor: actorAt(++clock) })).prepared.plan.to,
    ).toBe('prod/1');
  });

  it('is told which is right by nobody where main recorded neither', async () => {
    const { fixture } = await withReleases(1);
    fixture.git('fetch', '--quiet', '--tags');
    fixture.git('push', '--quiet', 'origin', 'prod/1:refs/tags/prod/9');
    const repository = await freshClone(fixture);
    fixture.git('push', '--quiet', '--force', 'origin', 'HEAD:refs/tags/prod/9');
    const found = await movedIn(repository, 'prod/9');
    expect(found?.message).toContain('main has no record of which one is right');
    follow(found!.fix, repository.directory);
    expect(await movedIn(repository, 'prod/9')).toBeUndefined();
  });
});

describe('a release whose tag was moved', () => {
  it('is told by every read of it, and a rollback from it goes by the ledger', async () => {
    const { fixture } = await withReleases(3);
    moveTag(fixture, 'prod/3', (message) => message.replace('parent: prod/2', 'parent: prod/1'));
    const repository = await freshClone(fixture);
    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const moved = [{ code: 'release-tag-moved', severity: 'warning', place: { file: 'refs/tags/prod/3' } }];
    for (const name of ['prod', 'prod/3'])
      expect((await resolveRelease(repository, { head, config, name })).findings).toMatchObject(moved);
    const dated = await diffReleases(repository, { head, config, a: 'prod@{2030-01-01}', b: 'prod/2' });
    expect([dated.a.findings, dated.b.findings]).toMatchObject([moved, []]);
    expect((await statusOf(repository))[1]?.faults).toMatchObject([{ code: 'release-tag-moved' }]);
    const { plan } = (await rollback(repository, { environment: 'prod', actor: actorAt(++clock) })).prepared;
    expect(plan.to).toBe('prod/2');
    expect(plan.notes.join()).toContain('The tag prod/3 was moved');
  });

  it('is found by check also where its number was used again', async () => {
    const { fixture, repository } = await withReleases(1);
    const base = fixture.remoteGit('rev-parse', 'main');
    const act = () => ({ actor: actorAt(++clock), helm });
    await setTags(repository, { environment: 'prod', tags: new Map([['toy-web', tagOf(7)]]), ...act() });
    const first = fixture.remoteGit('rev-parse', 'main');
    fixture.git('fetch', '--quiet', 'origin');
    // As an older bitiq did it: the tag removed, and its number given again.
    fixture.remoteGit('update-ref', '-d', 'refs/tags/prod/2');
    fixture.remoteGit('update-ref', 'refs/heads/main', base);
    await setTags(repository, { environment: 'prod', tags: new Map([['toy-web', tagOf(8)]]), ...act() });
    const second = fixture.remoteGit('rev-parse', 'main');
    const id = (sha: string) =>
      fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-Tag,valueonly)', sha).trim();
    fixture.git('fetch', '--quiet', 'origin');
    fixture.git('checkout', '--quiet', '-B', 'main', first);
    const application = 'environments/prod/application.yaml';
    fixture.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
    fixture.commit({ [application]: fixture.read(application).replace('prod/2', 'prod/1') }, 'Back');
    const message = fixture.remoteGit('log', '-1', '--format=%B', second);
    fixture.commit({ [application]: fixture.read(application).replace('prod/1', 'prod/2') }, message);
    expect(id(first)).not.toBe(id('main'));
    const findings = await check(commitTree(repository, await headOfMain(repository)), {
      helm: undefined,
      repository,
      now: new Date(0),
    });
    expect(findings.filter(({ place }) => place.file === 'refs/tags/prod/2')).toMatchObject([
      {
        code: 'release-mismatch',
        message: expect.stringMatching(/^The number of prod\/2 was used again/) as string,
      },
    ]);
  });
});

describe('a release that main never recorded', () => {
  it('is doubted by status where a pointer that somebody wrote by hand names it', async () => {
    const { fixture, repository } = await withReleases(1);
    expect((await statusOf(repository))[1]?.faults).toEqual([]);
    fixture.git('pull', '--quiet', '--tags', 'origin', 'main');
    const copied = fixture.git('cat-file', 'tag', 'prod/1').replaceAll('prod/1', 'prod/2');
    const tag = execFileSync('git', ['mktag'], { cwd: fixture.checkout, input: `${copied}\n` });
    fixture.git('push', '--quiet', 'origin', `${String(tag).trim()}:refs/tags/prod/2`);
    const path = 'environments/prod/application.yaml';
    fixture.commit({ [path]: fixture.read(path).replace('refs/tags/prod/1', 'refs/tags/prod/2') });
    const faults = (await statusOf(repository))[1]?.faults;
    expect(faults).toMatchObject([{ code: 'release-mismatch', place: { file: 'refs/tags/prod/2' } }]);
    // The other way round it is only the pointer that somebody wrote: the release is one of main.
    fixture.commit({ [path]: fixture.read(path).replace('refs/tags/prod/2', 'refs/tags/prod/1') });
    expect((await statusOf(repository))[1]?.faults).toEqual([]);
  });
});

async function statusOf(repository: Repository) {
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  return readStatus(repository, head, config, { now: new Date(0), branches: [] });
}
