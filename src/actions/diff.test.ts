import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  root,
  tagOf,
  temporaryFolder,
  type GitOpsFixture,
} from '../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { diffReleases, hasDifferences, type Depth, type DiffOptions } from './diff.ts';
import { printDiffMarkdown } from './diff/print-markdown.ts';
import { promote } from './promote.ts';
import { readConfig } from './read/read-state.ts';
import { rollback } from './rollback.ts';
import { setTags } from './set.ts';

const helm = process.env['BITIQ_HELM']!;

async function compare(fixture: GitOpsFixture, a: string, b: string, more: Partial<DiffOptions> = {}) {
  const repository = await openRepository(fixture.remote);
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  return diffReleases(repository, { head, config, a, b, helm: async () => helm, ...more });
}

const at = (...depths: Depth[]) => ({ depths: new Set(depths) });

/** dev moves at 10, 20 and 40 s of 2026, prod/1 at 15, prod/2 at 30, back to prod/1 at 50. */
async function history(): Promise<GitOpsFixture> {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const set = (seconds: number, tags: Record<string, string>) =>
    setTags(repository, {
      environment: 'dev',
      tags: new Map(Object.entries(tags)),
      actor: actorAt(seconds),
      helm,
    });
  await set(10, { 'toy-web': tagOf(2) });
  await promote(repository, { to: 'prod', actor: actorAt(15), helm });
  await set(20, { 'toy-web': tagOf(3), 'toy-service': tagOf(5) });
  await promote(repository, { to: 'prod', actor: actorAt(30), helm });
  await set(40, { 'toy-service': tagOf(6) });
  await rollback(repository, { environment: 'prod', actor: actorAt(50) });
  return fixture;
}

describe('diff of an environment at a moment', () => {
  it('is what it ran then, by the ledger, also before a rollback', async () => {
    // The first commit is made now, which is after all the others: only what a moment finds first counts.
    const fixture = await history();
    const ran = async (moment: string) => {
      const { a } = await compare(fixture, moment, 'prod');
      return [a.release, a.combination.get('toy-service'), a.at];
    };
    expect(await ran('prod@{2026-01-01T00:00:29Z}')).toEqual(['prod/1', tagOf(1), '2026-01-01T00:00:29Z']);
    expect(await ran('prod@{2026-01-01T00:00:30Z}')).toEqual(['prod/2', tagOf(5), '2026-01-01T00:00:30Z']);
    expect(await ran('prod@{2026-01-01T01:00:49+01:00}')).toEqual([
      'prod/2',
      tagOf(5),
      '2026-01-01T00:00:49Z',
    ]);
    expect(await ran('prod@{2026-01-02}')).toEqual(['prod/1', tagOf(1), '2026-01-02T00:00:00Z']);
    expect(await ran('prod@{2026-01-01T00:00:12Z}')).toEqual(['prod/0', undefined, '2026-01-01T00:00:12Z']);
    const dev = await compare(fixture, 'dev@{2026-01-01T00:00:25Z}', 'dev');
    expect(dev.changes).toEqual([{ service: 'toy-service', from: tagOf(5), to: tagOf(6), kind: 'upgrade' }]);
  });

  it('refuses what is not a moment, or before there was anything', async () => {
    const fixture = gitOpsRepository();
    for (const [name, code, fix] of [
      ['prod@{yesterday}', 'usage', 'prod@{2026-11-01T12:00Z}'],
      ['prod@{2026-02-30}', 'usage', 'Write a date'],
      ['prod@{2026-11-01T12:00}', 'usage', 'with its offset'],
      ['prod@{2015-12-31}', 'release-missing', 'bitiq log prod'],
      ['prd@{2026-11-01}', 'environment-missing', 'Did you mean prod?'],
      ['no-such.yaml', 'values-invalid', 'helm/bitiq/values-prod.yaml'],
    ] as const) {
      await expect(compare(fixture, name, 'prod')).rejects.toMatchObject({
        code,
        fix: expect.stringContaining(fix) as string,
      });
    }
  });
});

describe('diff with prod/0', () => {
  it('compares with nothing, which is what stands before the first release', async () => {
    const fixture = gitOpsRepository();
    const { a, changes } = await compare(fixture, 'prod/0', 'dev');
    expect(a).toMatchObject({ release: 'prod/0', environment: 'prod' });
    expect(changes.map(({ service, kind }) => [service, kind])).toEqual([
      ['toy-service', 'added'],
      ['toy-web', 'added'],
    ]);
    await expect(compare(fixture, 'dev/0', 'prod')).rejects.toMatchObject({ code: 'release-missing' });
  });
});

describe('diff with a values file', () => {
  it('says what the file alone would change, on the chart of the other side', async () => {
    const fixture = await history();
    const cwd = temporaryFolder();
    const values = fixture.remoteGit('show', 'prod/1:helm/bitiq/values-prod.yaml');
    writeFileSync(
      join(cwd, 'mine.yaml'),
      values.replace(tagOf(2), tagOf(9)).replace('replicas: 2', 'replicas: 4'),
    );
    const found = await compare(fixture, 'prod', 'mine.yaml', { ...at('manifests'), cwd });
    expect(found.changes).toEqual([{ service: 'toy-web', from: tagOf(2), to: tagOf(9), kind: 'upgrade' }]);
    expect(
      found.manifests?.objects.flatMap((each) => each.fields.map(({ path }) => `${each.object} ${path}`)),
    ).toEqual(
      expect.arrayContaining([
        'Deployment/toy-service spec.replicas',
        'Deployment/toy-web spec.template.spec.containers[toy-web].image',
      ]),
    );
    const same = await compare(fixture, 'mine.yaml', './mine.yaml', { ...at('manifests'), cwd });
    expect(hasDifferences(same)).toBe(false);
  });
});

describe('diff of manifests', () => {
  it('shows the objects of the service that moved, and the ConfigMap of the combination', async () => {
    const fixture = await history();
    const found = await compare(fixture, 'dev@{2026-01-01T00:00:25Z}', 'dev', at('manifests'));
    expect(found.manifests!.objects.map(({ object }) => object)).toEqual([
      'Deployment/toy-service',
      'ConfigMap/bitiq-combination',
    ]);
    const deployment = found.manifests!.objects.find(({ object }) => object === 'Deployment/toy-service');
    expect(deployment?.fields).toContainEqual({
      path: 'spec.template.spec.containers[toy-service].image',
      before: `ghcr.io/bitiq-io/toy-service:${tagOf(5)}`,
      after: `ghcr.io/bitiq-io/toy-service:${tagOf(6)}`,
    });
    expect(found.manifests!.stamps).toMatchObject([{ key: 'bitiq.io/release-id', objects: 1 }]);
    expect(found.manifests!.same).toBeGreaterThan(0);
  });

  it('finds a change of a template where no version changed, and none between a release and itself', async () => {
    const fixture = await history();
    const template = fixture.remoteGit('show', 'main:helm/bitiq/templates/_service.tpl');
    fixture.commit({
      'helm/bitiq/templates/_service.tpl':
        template.replace('spec:', 'spec:\n  sessionAffinity: ClientIP') + '\n',
    });
    const before = fixture.remoteGit('rev-parse', '--short', 'main^');
    const found = await compare(fixture, `dev@${before}`, 'dev', at('manifests'));
    expect(found.changes).toEqual([]);
    expect(found.manifests!.objects).toMatchObject([
      { object: 'Service/toy-service', fields: [{ path: 'spec.sessionAffinity', after: 'ClientIP' }] },
      { object: 'Service/toy-web', fields: [{ path: 'spec.sessionAffinity', after: 'ClientIP' }] },
    ]);
    expect(hasDifferences(found)).toBe(true);
    expect(hasDifferences(await compare(fixture, 'prod/1', 'prod', at('manifests')))).toBe(false);
  });

  it('shows every object as added from before the first release on', async () => {
    const found = await compare(await history(), 'prod@{2026-01-01T00:00:12Z}', 'prod/1', at('manifests'));
    expect(new Set(found.manifests!.objects.map(({ kind }) => kind))).toEqual(new Set(['added']));
    expect(found.manifests!.same).toBe(0);
  });
});

/** A service's repository with commits on main, and the tags of its commits. */
function serviceRepository(subjects: readonly string[]): { folder: string; tags: string[] } {
  const folder = join(temporaryFolder(), 'web');
  mkdirSync(folder);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  const tags = subjects.map((subject, index) => {
    git('commit', '--quiet', '--allow-empty', '--message', subject);
    return `v0.1.0-${index + 1}.g${git('rev-parse', '--short', 'HEAD')}`;
  });
  return { folder, tags };
}

async function moved(tags: readonly [string, string]): Promise<GitOpsFixture> {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  for (const [index, tag] of tags.entries()) {
    const actor = actorAt(10 * (index + 1));
    await setTags(repository, { environment: 'dev', tags: new Map([['toy-web', tag]]), actor, helm });
    await promote(repository, { to: 'prod', actor, helm });
  }
  return fixture;
}

describe('diff of commits', () => {
  it('lists the commits between the two versions, from a path or through a cache from a URL', async () => {
    const { folder, tags } = serviceRepository(['One', 'Two', 'Three | @all fixes #7']);
    const fixture = await moved([tags[0]!, tags[2]!]);
    const cacheDirectory = temporaryFolder();
    for (const source of [folder, `file://${folder}`]) {
      const sources = new Map([['toy-web', source]]);
      const found = await compare(fixture, 'prod/1', 'prod/2', { ...at('commits'), sources, cacheDirectory });
      expect(found.commits).toMatchObject([
        {
          state: 'read',
          service: 'toy-web',
          source,
          added: [
            {
              subject: 'Three | @all fixes #7',
              author: 'Test Author',
              link: expect.stringMatching(
                /^https:\/\/github\.com\/bitiq-io\/toy-web\/commit\/[0-9a-f]{40}$/,
              ) as string,
            },
            { subject: 'Two' },
          ],
          removed: [],
          addedCount: 2,
        },
      ]);
    }
    // What the cache has needs no remote any more.
    const sources = new Map([['toy-web', `file://${folder}`]]);
    execFileSync('rm', ['-rf', folder]);
    const back = await compare(fixture, 'prod/2', 'prod/1', { ...at('commits'), sources, cacheDirectory });
    expect(back.commits).toMatchObject([{ added: [], removed: [{}, { subject: 'Two' }], removedCount: 2 }]);
  });

  it('marks a service whose repository cannot be reached or lacks the commit, and goes on', async () => {
    const { folder, tags } = serviceRepository(['One']);
    const fixture = await moved([tags[0]!, tagOf(9, 'v0.2.0')]);
    const why = async (source: string) => {
      const sources = new Map([['toy-web', source]]);
      const cacheDirectory = temporaryFolder();
      const found = await compare(fixture, 'prod/1', 'prod/2', { ...at('commits'), sources, cacheDirectory });
      return found.commits?.[0];
    };
    expect(await why(folder)).toMatchObject({
      state: 'unreachable',
      why: expect.stringMatching(/has no commit abc0009$/) as string,
    });
    const closed = await why('http://user:secret@127.0.0.1:1/web.git');
    expect(closed).toMatchObject({
      state: 'unreachable',
      why: expect.stringContaining('could not be fetched') as string,
    });
    expect(JSON.stringify(closed)).not.toContain('secret');
    expect(await why(join(folder, 'nowhere'))).toMatchObject({ state: 'unreachable' });
  });
});

describe('bitiq diff', () => {
  const run = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'diff', ...args], { cwd, encoding: 'utf8' });

  it('ends with 0 where nothing differs and with 1 where something does, in every form', async () => {
    const { folder, tags } = serviceRepository(['One', 'Two <b>']);
    const fixture = await moved([tags[0]!, tags[1]!]);
    const source = ['--source', `toy-web=${folder}`];
    expect(run(fixture.checkout, 'prod/2', 'prod')).toMatchObject({
      status: 0,
      stdout: 'prod/2 → prod/2\n0 versions differ, 2 the same\n',
    });
    const deep = run(fixture.checkout, 'prod/1', 'prod/2', '--depth', 'commits,manifests', ...source);
    expect(deep).toMatchObject({ status: 1, stderr: '' });
    expect(deep.stdout).toContain('toy-web: 1 commit');
    expect(deep.stdout).toMatch(/\+ [0-9a-f]{7} Two <b> \(Test Author\)/);
    expect(deep.stdout).toContain('    Deployment/toy-web\n');
    const json = run(fixture.checkout, 'prod/1', 'prod/2', '--depth', 'commits', '--json', ...source);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      a: { name: 'prod/1', release: 'prod/1', environment: 'prod' },
      b: { release: 'prod/2' },
      commits: [{ service: 'toy-web', added: [{ subject: 'Two <b>' }] }],
    });
    const markdown = run(fixture.checkout, 'prod/1', 'prod/2', '--depth', 'commits', '--markdown', ...source);
    expect(markdown.stdout).toContain('| toy-web | ');
    expect(markdown.stdout).toContain('<details><summary>toy-web: 1 commit</summary>');
    expect(markdown.stdout).toContain('Two \\<b\\>');
  });

  it.each([
    [['--depth', 'comits'], 'Did you mean commits?'],
    [['--source', 'toy-wbe=x'], 'Did you mean toy-web?'],
    [['--source', 'toy-web'], 'is not service=path'],
    [['--json', '--markdown'], 'Ask for one of them.'],
  ])('refuses %j', (options, said) => {
    const refused = run(gitOpsRepository().checkout, 'prod', 'dev', ...options);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain(said);
  });
});

describe('the Markdown of a diff', () => {
  it('mentions nobody, closes nothing, and stays under the limit', async () => {
    const { folder, tags } = serviceRepository([
      'One',
      'Closes #7 for @all, see https://example.com/x `y` |',
    ]);
    const fixture = await moved([tags[0]!, tags[1]!]);
    const sources = new Map([['toy-web', folder]]);
    const found = await compare(fixture, 'prod/1', 'prod/2', {
      ...at('commits', 'manifests', 'policies'),
      sources,
    });
    const text = printDiffMarkdown(found);
    expect(text).toContain('Closes #\u200B7 for @\u200Ball, see https\u200B://example.com/x \\`y\\` \\|');
    expect(text).toContain('There are no policies.');
    const short = printDiffMarkdown(found, 700);
    expect(short.length).toBeLessThanOrEqual(700);
    expect(short).toContain('More differs than fits here');
  });
});
