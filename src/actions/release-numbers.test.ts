import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { check } from './check.ts';
import { readEnvironmentState, describeRelease } from './environment-state.ts';
import { hold } from './hold.ts';
import { readLedger } from './ledger.ts';
import { promote } from './promote.ts';
import { readConfig, requireEnvironment } from './read-state.ts';
import { rollBack } from './roll-back.ts';
import { setTags } from './set.ts';

const helm = process.env['BITIQ_HELM']!;
const application = 'environments/prod/application.yaml';
const values = 'helm/bitiq/values-dev.yaml';

/** A repository where prod ran prod/1 to prod/<count>, each with the next tag of toy-web. */
async function releases(count: number) {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const at = {
    fixture,
    repository,
    set: (commits: number, environment = 'dev') =>
      setTags(repository, {
        environment,
        tags: new Map([['toy-web', tagOf(commits)]]),
        actor: actorAt(++clock, `tag ${commits}`),
        helm,
      }),
    promote: (reason?: string) =>
      promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock, reason), helm }),
    rollBack: (to?: string, environment = 'prod') =>
      rollBack(repository, { environment, to, actor: actorAt(++clock, 'back'), helm: async () => helm }),
    removeTag: (release: string) => fixture.remoteGit('update-ref', '-d', `refs/tags/${release}`),
    log: async (environment = 'prod') => {
      const head = await headOfMain(repository);
      const config = await readConfig(commitTree(repository, head));
      return readLedger(repository, {
        head,
        environment: requireEnvironment(config, environment),
        limit: 20,
      });
    },
    point: (text: string) => point(fixture, text),
    pointer: () => /targetRevision: "?([^\s"]*)/.exec(fixture.remoteGit('show', `main:${application}`))?.[1],
  };
  for (let number = 1; number <= count; number++) {
    await at.set(number + 1);
    await at.promote(`p${number}`);
  }
  return at;
}

function point(fixture: GitOpsFixture, text: string): void {
  const now = fixture.remoteGit('show', `main:${application}`);
  fixture.commit(
    { [application]: `${now.replace(/targetRevision:.*/, `targetRevision:${text}`)}\n` },
    'By hand',
  );
}

describe('the number of a release', () => {
  it('is not given again when its tag is gone, whether it runs or was left', async () => {
    const at = await releases(2);
    await at.rollBack();
    at.removeTag('prod/2');
    await at.set(9);
    expect((await at.promote('p3')).prepared.plan.to).toBe('prod/3');
    at.removeTag('prod/3');
    expect((await at.set(10, 'prod')).prepared.plan.to).toBe('prod/4');
  });

  it('is not that of a release which a commit of a person names', async () => {
    const at = await releases(1);
    at.point(' refs/tags/prod/7');
    at.point(' refs/tags/prod/1');
    await at.set(9);
    expect((await at.promote()).prepared.plan.to).toBe('prod/8');
  });
});

describe('a release whose tag is gone', () => {
  it('is found by check, and stays in the log as it was', async () => {
    const at = await releases(2);
    await at.rollBack();
    const before = await at.log();
    at.removeTag('prod/2');
    const tree = commitTree(at.repository, await headOfMain(at.repository));
    const findings = await check(tree, { helm: undefined, repository: at.repository, now: new Date() });
    expect(findings.filter(({ place }) => place.file === 'refs/tags/prod/2')).toMatchObject([
      { code: 'release-tag-missing', severity: 'error', message: expect.stringContaining('prod ran prod/2') },
    ]);
    expect(await at.log()).toEqual(before);
  });

  it('is told by the log as it was, also when its name was given to another', async () => {
    const at = await releases(2);
    const before = await at.log();
    at.fixture.git('fetch', '--quiet', '--tags');
    const other = at.fixture.git('rev-parse', 'prod/1');
    at.fixture.remoteGit('update-ref', 'refs/tags/prod/2', other);
    expect(await at.log()).toEqual(before);
  });
});

describe('rollback', () => {
  it.each([
    ['a branch', ' main', 'main (not a release)'],
    ['HEAD', ' HEAD', 'HEAD (not a release)'],
    ['an empty text', ' ""', 'no pointer (unreadable)'],
    ['nothing', '', 'no pointer (unreadable)'],
    ['broken YAML', ' [', 'no pointer (unreadable)'],
    ['a release that never was', ' refs/tags/prod/9', 'prod/9 (no such tag)'],
  ])('works from a pointer that is %s, as promote does', async (_, text, shown) => {
    const at = await releases(2);
    at.point(text);
    const head = await headOfMain(at.repository);
    const [, prod] = (await readConfig(commitTree(at.repository, head))).environments;
    expect(describeRelease(await readEnvironmentState(at.repository, head, prod!))).toBe(shown);
    expect((await at.rollBack('1')).prepared.plan.to).toBe('prod/1');
    expect(at.pointer()).toBe('refs/tags/prod/1');
    at.point(text);
    await at.set(9);
    const { plan } = (await at.promote()).prepared;
    expect([plan.to, at.pointer()]).toEqual([
      text.includes('9') ? 'prod/10' : 'prod/3',
      `refs/tags/${plan.to}`,
    ]);
    at.point(text);
    expect((await at.rollBack()).prepared.plan.to).toBe(plan.to);
  });

  it('works when the release that runs has no tag, and passes over others without one', async () => {
    const at = await releases(3);
    at.removeTag('prod/3');
    at.removeTag('prod/2');
    const { plan } = (await at.rollBack()).prepared;
    expect(plan).toMatchObject({
      from: 'prod/3',
      to: 'prod/1',
      changes: [{ service: 'toy-web', from: tagOf(4), to: tagOf(2) }],
    });
    expect(plan.notes).toEqual([
      'The pointer of prod is prod/3, and there is no such tag.',
      'prod/2 is passed over: its tag is gone.',
    ]);
  });

  it('does not bring back what was left before, though its tag is the only one', async () => {
    const at = await releases(3);
    await at.rollBack();
    at.removeTag('prod/2');
    expect((await at.rollBack()).prepared.plan.to).toBe('prod/1');
  });

  it('of prod does not wait for a sound configuration, nor for sound holds', async () => {
    const at = await releases(2);
    at.fixture.commit({
      'bitiq.yaml': 'services: [\n',
      'environments/prod/holds.yaml': 'holds: 3\n',
      [values]: 'x',
    });
    expect((await at.rollBack()).prepared.plan.to).toBe('prod/1');
  });

  it.each(['--- [\n', 'services:\n  - name: toy-web\n    image: {tag: 1.2.3}\n'])(
    'of dev puts a values file back that somebody broke: %j',
    async (broken) => {
      const at = await releases(1);
      const sound = at.fixture.remoteGit('show', `main:${values}`);
      at.fixture.commit({ [values]: broken }, 'Break it');
      await hold(at.repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(99, 'broken') });
      const { plan } = (await at.rollBack(undefined, 'dev')).prepared;
      expect(plan.changes).toEqual([]);
      expect(at.fixture.remoteGit('show', `main:${values}`)).toBe(sound);
      at.fixture.commit({ [values]: broken }, 'Break it again');
      const first = (await at.log('dev')).at(-1)!.release;
      const further = (await at.rollBack(first, 'dev')).prepared.plan;
      expect(further.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(1) }]);
    },
  );

  it('of dev says which service was removed, and by which commit', async () => {
    const at = await releases(1);
    const text = at.fixture.remoteGit('show', `main:${values}`);
    const commit = at.fixture.commit(
      { [values]: `${text.slice(0, text.indexOf('  - name: toy-web'))}\n` },
      'Remove',
    );
    await expect(at.rollBack(undefined, 'dev')).rejects.toMatchObject({
      code: 'rollback-refused',
      message: expect.stringContaining(`toy-web was removed by ${commit.slice(0, 7)}`) as string,
      fix: expect.stringContaining(`git revert ${commit.slice(0, 7)}`) as string,
    });
  });
});
