import { describe, expect, it } from 'vitest';
import { actorAt, tagOf } from '../../../test/kit/gitops-repository.ts';
import { releasedRepository } from '../../../test/kit/released-repository.ts';
import { headOfMain } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { explain } from '../explain.ts';
import { readEnvironmentState, describeRelease } from './environment-state.ts';
import { hold } from '../hold.ts';
import { readConfig } from './read-state.ts';

const values = 'helm/bitiq/values-dev.yaml';

describe('the number of a release', () => {
  it('is not given again when its tag is gone, whether it runs or was left', async () => {
    const at = await releasedRepository(2);
    await at.rollback();
    at.removeTag('prod/2');
    await at.set(9);
    expect((await at.promote('p3')).prepared.plan.to).toBe('prod/3');
    at.removeTag('prod/3');
    expect((await at.set(10, 'prod')).prepared.plan.to).toBe('prod/4');
  });

  it('is not that of a release which a commit of a person names', async () => {
    const at = await releasedRepository(1);
    at.point(' refs/tags/prod/7');
    at.point(' refs/tags/prod/1');
    await at.set(9);
    expect((await at.promote()).prepared.plan.to).toBe('prod/8');
  });
});

describe('a release whose tag is gone', () => {
  it('is found by check, and stays in the log as it was', async () => {
    const at = await releasedRepository(2);
    await at.rollback();
    const before = await at.log();
    at.removeTag('prod/2');
    const tree = commitTree(at.repository, await headOfMain(at.repository));
    const findings = await check(tree, { helm: undefined, repository: at.repository, now: new Date() });
    expect(findings.filter(({ place }) => place.file === 'refs/tags/prod/2')).toMatchObject([
      { code: 'release-mismatch', severity: 'error', message: expect.stringContaining('prod ran prod/2') },
    ]);
    expect(await at.log()).toEqual(before);
  });

  it('is told by the log as it was, also when its name was given to another', async () => {
    const at = await releasedRepository(2);
    const before = await at.log();
    at.fixture.git('fetch', '--quiet', '--tags');
    const other = at.fixture.git('rev-parse', 'prod/1');
    at.fixture.remoteGit('update-ref', 'refs/tags/prod/2', other);
    expect(await at.log()).toEqual(before);
  });
});

/** What check finds about the tags of releases, by the release; each with its message and its fix. */
async function tagFindings(at: Awaited<ReturnType<typeof releasedRepository>>): Promise<string[][]> {
  const tree = commitTree(at.repository, await headOfMain(at.repository));
  const findings = await check(tree, { helm: undefined, repository: at.repository, now: new Date() });
  return findings
    .filter(({ code }) => code === 'release-mismatch')
    .map(({ place, message, fix = '' }) => [place.file ?? '', message, fix]);
}

describe('what check says of a tag that is gone', () => {
  it('names the commit that made the release, not the one that left it, and the id that main recorded', async () => {
    const at = await releasedRepository(2);
    const id = at.fixture.remoteGit('rev-parse', 'refs/tags/prod/2');
    const made = at.fixture.remoteGit('rev-parse', '--short=7', 'main');
    await at.rollback();
    at.removeTag('prod/2');
    expect(await tagFindings(at)).toEqual([
      [
        'refs/tags/prod/2',
        expect.stringMatching(new RegExp(`^prod ran prod/2 \\(${made} by .*\\), and its tag is gone\\.$`)),
        expect.stringContaining(`\`git update-ref refs/tags/prod/2 ${id}\``),
      ],
    ]);
    await expect(at.rollback('2')).rejects.toMatchObject({
      fix: expect.stringContaining(`\`git update-ref refs/tags/prod/2 ${id}\``) as string,
    });
  });

  it('tells each release before one that main recorded, which it never says to remove', async () => {
    const at = await releasedRepository(3);
    const ids = [1, 2].map((number) => at.fixture.remoteGit('rev-parse', `refs/tags/prod/${number}`));
    at.removeTag('prod/1');
    at.removeTag('prod/2');
    const found = await tagFindings(at);
    expect(found.map(([file]) => file)).toEqual(['refs/tags/prod/1', 'refs/tags/prod/2']);
    expect(found.map(([, , fix]) => fix)).toEqual(
      ids.map((id) => expect.stringContaining(` ${id}\``) as string),
    );
    expect(found.flat().join(' ')).not.toMatch(/remove it|git tag -d/);
  });

  it('says of numbers that nothing names that nothing is known of them', async () => {
    const at = await releasedRepository(2);
    at.fixture.remoteGit('update-ref', 'refs/tags/prod/7', 'main');
    const [[file, message, fix] = [], ...others] = await tagFindings(at);
    expect(others).toEqual([]);
    expect([file, message]).toEqual([
      'refs/tags/prod/3',
      'There is the release prod/7, and main and the tags know nothing of prod/3 to prod/6.',
    ]);
    expect(fix).toContain('If somebody made prod/7 by hand, remove it: `git tag -d prod/7`');
  });

  it('doubts a release that only a commit of a person names', async () => {
    const at = await releasedRepository(1);
    at.point(' refs/tags/prod/2');
    at.point(' refs/tags/prod/1');
    expect(await tagFindings(at)).toEqual([
      [
        'refs/tags/prod/2',
        expect.stringMatching(/pointed prod at prod\/2 by hand, and there is no such tag\.$/),
        expect.stringContaining('If not, nothing is missing.'),
      ],
    ]);
  });
});

describe('a release that is asked for', () => {
  it('is nothing before the first one, whose tag nobody lost', async () => {
    const at = await releasedRepository(1);
    await expect(at.rollback('0')).rejects.toMatchObject({
      code: 'release-missing',
      message: 'prod/0 is prod before its first release, so it is empty.',
    });
  });

  it('is told apart: one whose tag is gone, and a typing error', async () => {
    const at = await releasedRepository(3);
    at.removeTag('prod/2');
    await expect(at.rollback('2')).rejects.toMatchObject({
      code: 'release-missing',
      message: expect.stringMatching(
        /^prod ran prod\/2 \(\w{7} by Ada .*\), and its tag is gone\.$/,
      ) as string,
      fix: expect.stringContaining('refs/tags/prod/2') as string,
    });
    await expect(at.rollback('4')).rejects.toMatchObject({
      message: 'There is no release prod/4.',
      fix: 'Did you mean prod/3?',
    });
  });

  it('is explained by the last one where the pointer leads nowhere', async () => {
    const at = await releasedRepository(2);
    at.removeTag('prod/2');
    const head = await headOfMain(at.repository);
    const config = await readConfig(commitTree(at.repository, head));
    const found = await explain(at.repository, {
      ...{ head, config, environment: 'prod', service: 'toy-web', images: undefined, now: new Date(0) },
    });
    expect(found.tag).toBe(tagOf(3));
    expect(found.notes.slice(0, 3)).toEqual([
      'The pointer of prod is prod/2, and there is no such tag.',
      expect.stringContaining('`bitiq rollback prod` goes back'),
      'The version is that of prod/2, the last release of prod in the history of main.',
    ]);
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
    const at = await releasedRepository(2);
    at.point(text);
    const head = await headOfMain(at.repository);
    const [, prod] = (await readConfig(commitTree(at.repository, head))).environments;
    expect(describeRelease(await readEnvironmentState(at.repository, head, prod!))).toBe(shown);
    expect((await at.rollback('1')).prepared.plan.to).toBe('prod/1');
    expect(at.pointer()).toBe('refs/tags/prod/1');
    at.point(text);
    await at.set(9);
    const { plan } = (await at.promote()).prepared;
    expect([plan.to, at.pointer()]).toEqual([
      text.includes('9') ? 'prod/10' : 'prod/3',
      `refs/tags/${plan.to}`,
    ]);
    at.point(text);
    expect((await at.rollback()).prepared.plan.to).toBe(plan.to);
  });

  it('works when the release that runs has no tag, and passes over others without one', async () => {
    const at = await releasedRepository(3);
    at.removeTag('prod/3');
    at.removeTag('prod/2');
    const { plan } = (await at.rollback()).prepared;
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
    const at = await releasedRepository(3);
    await at.rollback();
    at.removeTag('prod/2');
    expect((await at.rollback()).prepared.plan.to).toBe('prod/1');
  });

  it('of prod does not wait for a sound configuration, nor for sound holds', async () => {
    const at = await releasedRepository(2);
    at.fixture.commit({
      'bitiq.yaml': 'services: [\n',
      'environments/prod/holds.yaml': 'holds: 3\n',
      [values]: 'x',
    });
    expect((await at.rollback()).prepared.plan.to).toBe('prod/1');
  });

  it.each(['--- [\n', 'services:\n  - name: toy-web\n    image: {tag: 1.2.3}\n'])(
    'of dev puts a values file back that somebody broke: %j',
    async (broken) => {
      const at = await releasedRepository(1);
      const sound = at.fixture.remoteGit('show', `main:${values}`);
      at.fixture.commit({ [values]: broken }, 'Break it');
      await hold(at.repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(99, 'broken') });
      const { plan } = (await at.rollback(undefined, 'dev')).prepared;
      expect(plan.changes).toEqual([]);
      expect(at.fixture.remoteGit('show', `main:${values}`)).toBe(sound);
      at.fixture.commit({ [values]: broken }, 'Break it again');
      const first = (await at.log('dev')).at(-1)!.release;
      const further = (await at.rollback(first, 'dev')).prepared.plan;
      expect(further.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(1) }]);
    },
  );

  it.each(['holds: 3\n', 'holds: [\n', 'holds:\n  - service: toy-web\n    since: never\n'])(
    'of dev works where nobody can read holds.yaml, and says what became of it: %j',
    async (broken) => {
      const holds = 'environments/dev/holds.yaml';
      const at = await releasedRepository(1);
      await hold(at.repository, {
        environment: 'dev',
        services: ['toy-service'],
        actor: actorAt(90, 'wait'),
      });
      const sha = at.fixture.commit({ [holds]: broken }, 'Break it');
      const { plan } = (await at.rollback(undefined, 'dev')).prepared;
      expect(plan.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(1) }]);
      expect(plan.notes.join('\n')).toMatch(/holds\.yaml.*It is put back as it was at \w{7}\./);
      const written = at.fixture.remoteGit('show', `main:${holds}`);
      expect(written.match(/service: .*/g)).toEqual(['service: toy-service', 'service: toy-web']);
      // Without an earlier version there is nothing to put back.
      at.fixture.git('pull', '--quiet');
      at.fixture.git('checkout', '--quiet', '--orphan', 'new', sha);
      at.fixture.git('commit', '--quiet', '--message', 'A repository that begins broken');
      at.fixture.git('push', '--quiet', '--force', 'origin', 'new:main');
      at.fixture.git('checkout', '--quiet', '-B', 'main', 'new');
      await at.set(3).catch(() => {});
      const text = at.fixture.read(values).replace(tagOf(2), tagOf(4));
      at.fixture.git('reset', '--quiet', '--hard');
      at.fixture.commit({ [values]: text }, 'By hand');
      const second = (await at.rollback(undefined, 'dev')).prepared.plan;
      expect(second.notes.join('\n')).toContain('It starts again without holds');
    },
  );

  it('of dev puts a Chart.yaml back that somebody broke', async () => {
    const at = await releasedRepository(1);
    const sound = at.fixture.remoteGit('show', 'main:helm/bitiq/Chart.yaml');
    at.fixture.commit({ 'helm/bitiq/Chart.yaml': 'version: [\n' }, 'Break it');
    const { plan } = (await at.rollback(undefined, 'dev')).prepared;
    expect(plan.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(1) }]);
    expect(plan.notes.join('\n')).toMatch(
      /Chart\.yaml is not valid YAML.* It is put back as it was at \w{7}\./,
    );
    const written = at.fixture.remoteGit('show', 'main:helm/bitiq/Chart.yaml');
    expect(written).toBe(sound.replace(`toy-web-${tagOf(2)}`, `toy-web-${tagOf(1)}`));
  });

  it('of prod leaves what is generated for an environment whose files are broken, and says so', async () => {
    const at = await releasedRepository(2);
    const config = at.fixture
      .read('bitiq.yaml')
      .replace('follows: main', 'follows: main\n    writeBack: image-updater');
    at.fixture.commit({ 'bitiq.yaml': config, 'environments/dev/holds.yaml': 'holds: 3\n' });
    const { plan } = (await at.rollback()).prepared;
    expect(plan.to).toBe('prod/1');
    expect(plan.notes.join('\n')).toMatch(/environments\/dev\/.* is not brought up to date: .*holds\.yaml/);
  });

  it('of dev says which service was removed, and by which commit', async () => {
    const at = await releasedRepository(1);
    const text = at.fixture.remoteGit('show', `main:${values}`);
    const commit = at.fixture.commit(
      { [values]: `${text.slice(0, text.indexOf('  - name: toy-web'))}\n` },
      'Remove',
    );
    await expect(at.rollback(undefined, 'dev')).rejects.toMatchObject({
      code: 'action-denied',
      message: expect.stringContaining(`toy-web was removed by ${commit.slice(0, 7)}`) as string,
      fix: expect.stringContaining(`git revert ${commit.slice(0, 7)}`) as string,
    });
  });
});
