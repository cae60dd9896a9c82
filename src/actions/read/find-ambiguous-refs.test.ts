import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { branchNames } from '../../git/branches.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { findAmbiguousRefs } from './find-ambiguous-refs.ts';
import { readLedger } from './ledger.ts';
import { promote } from '../promote.ts';
import { readConfig } from './read-state.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { readStatus } from '../status.ts';

const helm = process.env['BITIQ_HELM']!;
const application = 'environments/prod/application.yaml';

async function release(fixture: GitOpsFixture, seconds: number) {
  const repository = await openRepository(fixture.checkout);
  return promote(repository, { from: 'dev', to: 'prod', actor: actorAt(seconds), helm });
}

/** Someone else pushes: this clone has not fetched it. */
function pushElsewhere(fixture: GitOpsFixture, refspec: string): void {
  const elsewhere = `${fixture.checkout}-elsewhere`;
  execFileSync('git', ['clone', '--quiet', fixture.remote, elsewhere]);
  execFileSync('git', ['-C', elsewhere, 'push', '--quiet', 'origin', refspec], { stdio: 'pipe' });
}

describe('a pointer', () => {
  it('is written by its whole name, and read in its short form without a move in the ledger', async () => {
    const fixture = gitOpsRepository();
    await release(fixture, 1);
    fixture.git('pull', '--quiet');
    const text = fixture.read(application);
    expect(text).toContain('targetRevision: refs/tags/prod/1 #');
    fixture.commit({ [application]: text.replace('refs/tags/prod/1', 'prod/1') }, 'Write it short');

    const repository = await openRepository(fixture.checkout);
    await setTags(repository, {
      environment: 'dev',
      tags: new Map([['toy-web', tagOf(2)]]),
      actor: actorAt(2),
      helm,
    });
    await release(fixture, 3);
    expect(fixture.remoteGit('show', `main:${application}`)).toContain('targetRevision: refs/tags/prod/2 #');
    const [environment] = (await readConfig(commitTree(repository, 'origin/main'))).environments.filter(
      ({ kind }) => kind === 'pinned',
    );
    const head = await headOfMain(repository);
    const ledger = await readLedger(repository, { head, environment: environment!, limit: 9 });
    expect(ledger.map((entry) => [entry.release, entry.action])).toEqual([
      ['prod/2', 'promote'],
      ['prod/1', 'promote'],
    ]);
    await rollback(repository, { environment: 'prod', actor: actorAt(4) });
    expect(fixture.remoteGit('show', `main:${application}`)).toContain('targetRevision: refs/tags/prod/1 #');
  });
});

describe('a ref that is named like a release or an environment', () => {
  it.each([
    [
      'a tag of this clone alone',
      (fixture: GitOpsFixture) => void fixture.git('tag', 'prod'),
      'There is a tag prod',
    ],
    [
      'a tag of the remote',
      (fixture: GitOpsFixture) => pushElsewhere(fixture, 'HEAD:refs/tags/prod'),
      'git push origin :refs/tags/prod',
    ],
    [
      'a tag of the remote below the next release',
      (fixture: GitOpsFixture) => pushElsewhere(fixture, 'HEAD:refs/tags/prod/1/rc1'),
      'There is a tag prod/1/rc1, so Git cannot create the tag prod/1',
    ],
    [
      'a branch of the remote',
      (fixture: GitOpsFixture) => pushElsewhere(fixture, 'HEAD:refs/heads/prod/7'),
      'There is a branch prod/7',
    ],
  ])('keeps a release from being pushed: %s', async (_, spoil, says) => {
    const fixture = gitOpsRepository();
    spoil(fixture);
    const before = fixture.remoteGit('for-each-ref');
    const failed = await release(fixture, 1).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'ref-ambiguous', state: 'Nothing was changed.' });
    expect(`${(failed as Error).message} ${(failed as { fix: string }).fix}`).toContain(says);
    expect(fixture.remoteGit('for-each-ref')).toBe(before);
  });

  it('is told by status and check, and keeps nobody from going back', async () => {
    const fixture = gitOpsRepository();
    await release(fixture, 1);
    const repository = await openRepository(fixture.checkout);
    await setTags(repository, {
      environment: 'dev',
      tags: new Map([['toy-web', tagOf(2)]]),
      actor: actorAt(2),
      helm,
    });
    await release(fixture, 3);
    pushElsewhere(fixture, 'HEAD:refs/heads/prod/1');

    const head = await headOfMain(repository);
    const tree = commitTree(repository, head);
    const branches = await branchNames(repository);
    const config = await readConfig(tree);
    const [dev, prod] = await readStatus(repository, head, config, { now: new Date(), branches });
    expect(dev?.ambiguous).toEqual([]);
    expect(prod?.ambiguous).toMatchObject([{ ref: 'refs/heads/prod/1', severity: 'error' }]);

    const codes = async (online: boolean) =>
      (await check(tree, { helm: undefined, repository, online, now: new Date() })).map(
        ({ code, place }) => `${code} ${place.file}`,
      );
    expect(await codes(false)).not.toContain('ref-ambiguous refs/heads/prod/1');
    expect(await codes(true)).toContain('ref-ambiguous refs/heads/prod/1');
    fixture.git('fetch', '--quiet');
    expect(await codes(false)).toContain('ref-ambiguous refs/heads/prod/1');

    expect((await rollback(repository, { environment: 'prod', actor: actorAt(4) })).prepared.plan.to).toBe(
      'prod/1',
    );
  });
});

it('is also a tag that is named like the main branch, whatever that is called', async () => {
  const fixture = gitOpsRepository();
  fixture.git('push', '--quiet', 'origin', 'main:trunk');
  fixture.git('fetch', '--quiet');
  fixture.git('tag', 'trunk');
  fixture.git('tag', 'main');
  const repository = await openRepository(fixture.checkout, { branch: 'trunk' });
  const found = await findAmbiguousRefs(repository, { environments: [], branches: [] });
  expect(found.map(({ ref, severity, message }) => [ref, severity, message])).toEqual([
    ['refs/tags/trunk', 'error', 'There is a tag trunk, and Argo CD may take it for the branch.'],
  ]);
});
