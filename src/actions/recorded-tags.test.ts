import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../../test/kit/gitops-repository.ts';
import { openRepository, headOfMain, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { check } from './check.ts';
import { promote } from './promote.ts';
import { readRecordedTags } from './recorded-tags.ts';
import { rollBack } from './roll-back.ts';
import { setTags } from './set.ts';

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
    await rollBack(repository, { environment: 'prod', to: '1', actor: actorAt(++clock) });
    const told = (at: string) =>
      fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-Tag,key=Bitiq-Manifests)', at).trim();
    const content = (release: string) => {
      const [digest] = /sha256:\w+/.exec(fixture.remoteGit('cat-file', '-p', release))!;
      return `Bitiq-Tag: ${fixture.remoteGit('rev-parse', release)}\nBitiq-Manifests: ${digest}`;
    };
    expect(['main', 'main~1', 'main~2'].map(told)).toEqual(['prod/1', 'prod/3', 'prod/2'].map(content));
    // A release commit cannot name its own tag, and nothing else moves a release.
    expect(['prod/2', 'main~3'].map(told)).toEqual(['', '']);
    const recorded = await readRecordedTags(repository, {
      head: await headOfMain(repository),
      environment: 'prod',
    });
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
      rollBack(repository, { environment: 'prod', to: 'prod/1', actor: actorAt(++clock) }),
    ).rejects.toMatchObject(moved);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
    // What was not touched is a way back.
    const applied = await rollBack(repository, { environment: 'prod', to: '2', actor: actorAt(++clock) });
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
    const plan = async (more: object) => (await rollBack(repository, { ...back, ...more })).prepared.plan;
    expect((await plan({})).notes).toEqual([
      expect.stringMatching(/^prod\/1 was made before .* is not proved\.$/),
    ]);
    expect((await plan({ helmAtHand })).notes).toEqual([]);
    moveTag(fixture, 'prod/1');
    await expect(plan({ helmAtHand })).rejects.toMatchObject({ code: 'release-untrue' });
  });
});
