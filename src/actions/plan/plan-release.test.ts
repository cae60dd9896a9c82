import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { openRepository, headOfMain, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { diffReleases } from '../diff.ts';
import { readLedger } from '../read/ledger.ts';
import { promote } from '../promote.ts';
import { readConfig, requireEnvironment } from '../read/read-state.ts';
import { renderEnvironment } from '../render.ts';
import { resolveRelease } from '../read/resolve-release.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

async function open(fixture: GitOpsFixture): Promise<Repository> {
  return openRepository(fixture.remote);
}

function set(repository: Repository, tags: Record<string, string>, environment = 'dev') {
  return setTags(repository, {
    environment,
    tags: new Map(Object.entries(tags)),
    actor: actorAt(++clock),
    helm,
  });
}

describe('set', () => {
  it('writes one commit that changes only the tags and appVersion, byte for byte', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    const before = fixture.read('helm/bitiq/values-dev.yaml');
    const applied = await set(repository, { 'toy-web': tagOf(2) });
    fixture.git('pull', '--quiet');
    expect(fixture.read('helm/bitiq/values-dev.yaml')).toBe(
      before.replace(`toy-web\n      tag: ${tagOf(1)}`, `toy-web\n      tag: ${tagOf(2)}`),
    );
    expect(fixture.read('helm/bitiq/Chart.yaml')).toContain(
      `appVersion: "toy-service-${tagOf(1)}_toy-web-${tagOf(2)}"`,
    );
    expect(fixture.git('show', '--numstat', '--format=%B', 'HEAD')).toBe(
      [
        `dev: toy-web ${tagOf(2)}`,
        '',
        `toy-web ${tagOf(1)} → ${tagOf(2)}  https://github.com/bitiq-io/toy-web/commit/abc0002`,
        '',
        'Bitiq-Action: set',
        'Bitiq-Environment: dev',
        `Bitiq-From: ${applied.prepared.plan.from}`,
        'Bitiq-By: Ada <ada@example.com>',
        '',
        '',
        '1\t1\thelm/bitiq/Chart.yaml',
        '1\t1\thelm/bitiq/values-dev.yaml',
      ].join('\n'),
    );
    expect(fixture.git('rev-parse', 'HEAD')).toBe(applied.head);
  });

  it('does nothing where the tags are these already', async () => {
    const fixture = gitOpsRepository();
    const head = fixture.git('rev-parse', 'HEAD');
    const applied = await set(await open(fixture), { 'toy-web': tagOf(1) });
    expect(applied.prepared.plan.commits).toEqual([]);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
  });

  it.each([
    [{ 'toy-wbe': tagOf(2) }, 'service-missing', 'Did you mean toy-web?'],
    [{ 'toy-web': 'latest' }, 'name-invalid', 'A tag looks like'],
  ])('refuses %j', async (tags, code, fix) => {
    const fixture = gitOpsRepository();
    await expect(set(await open(fixture), tags as Record<string, string>)).rejects.toMatchObject({
      code,
      fix: expect.stringContaining(fix) as string,
    });
  });

  it('in a pinned environment makes a release', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    const applied = await set(repository, { 'toy-web': tagOf(5) }, 'prod');
    expect(applied.prepared.plan.to).toBe('prod/1');
    expect(fixture.remoteGit('cat-file', '-p', 'prod/1')).toContain(`toy-web: ${tagOf(5)}`);
  });
});

describe('promote', () => {
  it('keeps what Helm printed, so that nobody asks it again for that release', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    // Other tests keep the same in the cache that all of them share.
    vi.stubEnv('XDG_CACHE_HOME', join(fixture.checkout, '..', 'cache-of-one-test'));
    await promote(repository, { to: 'prod', actor: actorAt(++clock), helm });
    const tree = commitTree(repository, fixture.remoteGit('rev-parse', 'prod/1^{commit}'));
    const { manifests } = await renderEnvironment(tree, { environment: 'prod', helm });
    const kept = join(process.env['XDG_CACHE_HOME']!, 'bitiq/renderings');
    const entries = readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8'));
    expect(entries.filter((entry) => entry.endsWith(`\n${manifests}`))).toHaveLength(1);
    vi.unstubAllEnvs();
  });

  it('writes a release commit off main, its tag, and a pointer commit, in one push', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    await set(repository, { 'toy-service': tagOf(2) });
    const base = fixture.remoteGit('rev-parse', 'main');
    const actor = actorAt(++clock, 'the autumn release\nwith a second line');
    const applied = await promote(repository, { to: 'prod', actor, helm });

    const message = fixture.remoteGit('for-each-ref', '--format=%(contents)', 'refs/tags/prod/1');
    expect(
      message.replace(/sha256:[0-9a-f]{64}/, 'sha256:<hex>').replace(/dev@[0-9a-f]{7}/, 'dev@<sha>'),
    ).toBe(
      [
        'release: prod/1',
        'services:',
        `  toy-service: ${tagOf(2)}`,
        `  toy-web: ${tagOf(1)}`,
        'chartVersion: 0.1.0',
        'from: dev@<sha>',
        'by: Ada <ada@example.com>',
        'reason: |-',
        '  the autumn release',
        '  with a second line',
        'checks:',
        '  - schema',
        '  - render',
        'skipped:',
        '  - check: images',
        '    by: Ada <ada@example.com>',
        '    why: --no-image-check',
        'manifestDigest: sha256:<hex>',
      ].join('\n'),
    );
    // Off main: the release commit is a child of the old head, and no ancestor of the new one.
    expect(fixture.remoteGit('rev-parse', 'prod/1^{commit}^')).toBe(base);
    expect(fixture.remoteGit('rev-parse', 'main^')).toBe(base);
    expect(fixture.remoteGit('branch', '--contains', 'prod/1')).toBe('');
    // appVersion is that of dev already, as prod gets the same combination.
    expect(fixture.remoteGit('diff', '--numstat', base, 'prod/1').split('\n')).toEqual([
      '1\t1\thelm/bitiq/values-prod.yaml',
    ]);
    expect(fixture.remoteGit('diff', '--numstat', base, 'main').split('\n')).toEqual([
      '1\t1\tenvironments/prod/application.yaml',
      '1\t1\thelm/bitiq/values-prod.yaml',
    ]);
    expect(fixture.remoteGit('show', 'main:environments/prod/application.yaml')).toContain(
      'targetRevision: refs/tags/prod/1 #',
    );
    expect(fixture.remoteGit('log', '-1', '--format=%(trailers)', 'main').trim().split('\n')).toEqual([
      'Bitiq-Action: promote',
      'Bitiq-Environment: prod',
      'Bitiq-From: prod/0',
      'Bitiq-To: prod/1',
      'Bitiq-By: Ada <ada@example.com>',
      'Bitiq-Reason: the autumn release with a second line',
      `Bitiq-Tag: ${fixture.remoteGit('rev-parse', 'prod/1')}`,
      `Bitiq-Manifests: ${applied.prepared.plan.manifestDigest}`,
    ]);

    // The tree of the tag alone gives what the record says.
    const rendering = await renderEnvironment(commitTree(repository, 'refs/tags/prod/1'), {
      environment: 'prod',
      helm,
    });
    expect(rendering.digest).toBe(applied.prepared.plan.manifestDigest);
    expect(message).toContain(rendering.digest);
    expect(rendering.manifests).toContain(`ghcr.io/bitiq-io/toy-service:${tagOf(2)}`);
  });

  it('does nothing when the environment runs exactly this, and makes a release of a change of the chart alone', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    await promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock), helm });
    const again = await promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock), helm });
    expect(again.prepared.plan.notes).toEqual(['prod has exactly this already, as prod/1.']);
    fixture.commit({
      'helm/bitiq/values-prod.yaml':
        fixture.remoteGit('show', 'main:helm/bitiq/values-prod.yaml').replace('replicas: 2', 'replicas: 3') +
        '\n',
    });
    const changed = await promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock), helm });
    expect(changed.prepared.plan.to).toBe('prod/2');
    expect(changed.prepared.plan.changes).toEqual([]);
  });

  it('prints a plan and writes nothing with dryRun', async () => {
    const fixture = gitOpsRepository();
    const refs = fixture.remoteGit('for-each-ref');
    const applied = await promote(await open(fixture), {
      to: 'prod',
      actor: actorAt(++clock),
      helm,
      dryRun: true,
    });
    expect(applied.prepared.plan.commits).toHaveLength(2);
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
  });

  it.each([
    [{ to: 'dev' }, 'usage'],
    [{ to: 'pord' }, 'environment-missing'],
    [{ from: 'prod', to: 'prod' }, 'release-missing'],
    [{ from: 'prod/7', to: 'prod' }, 'release-missing'],
    [{ from: 'dev@1234567', to: 'prod' }, 'release-missing'],
  ])('refuses %j', async (what, code) => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    await expect(promote(repository, { ...what, actor: actorAt(++clock), helm })).rejects.toMatchObject({
      code,
    });
  });

  it('refuses what does not render, with the sentence of Helm, and changes nothing', async () => {
    const fixture = gitOpsRepository();
    fixture.commit({ 'helm/bitiq/templates/broken.yaml': '{{ fail "no such thing" }}\n' });
    const refs = fixture.remoteGit('for-each-ref');
    const repository = await open(fixture);
    await expect(promote(repository, { to: 'prod', actor: actorAt(++clock), helm })).rejects.toThrow(
      /no such thing/,
    );
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
  });
});

describe('rollback', () => {
  it('moves only the pointer, and goes further back when it is done twice', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    for (const commits of [2, 3, 4]) {
      await set(repository, { 'toy-service': tagOf(commits) });
      await promote(repository, { to: 'prod', actor: actorAt(++clock), helm });
    }
    const tags = fixture.remoteGit('for-each-ref', 'refs/tags');
    const back = await rollback(repository, { environment: 'prod', actor: actorAt(++clock, 'it fails') });
    expect(back.prepared.plan).toMatchObject({ from: 'prod/3', to: 'prod/2', action: 'rollback' });
    expect(fixture.remoteGit('diff', '--numstat', 'main^', 'main')).toBe(
      '1\t1\tenvironments/prod/application.yaml',
    );
    expect(fixture.remoteGit('for-each-ref', 'refs/tags')).toBe(tags);
    const further = await rollback(repository, { environment: 'prod', actor: actorAt(++clock) });
    expect(further.prepared.plan.to).toBe('prod/1');
    await expect(
      rollback(repository, { environment: 'prod', actor: actorAt(++clock) }),
    ).rejects.toMatchObject({ code: 'action-denied' });
    const forward = await rollback(repository, { environment: 'prod', to: '3', actor: actorAt(++clock) });
    expect(forward.prepared.plan.to).toBe('prod/3');

    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const ledger = await readLedger(repository, {
      head,
      environment: requireEnvironment(config, 'prod'),
      limit: 20,
    });
    expect(ledger.map((entry) => [entry.action, entry.release])).toEqual([
      ['rollback', 'prod/3'],
      ['rollback', 'prod/1'],
      ['rollback', 'prod/2'],
      ['promote', 'prod/3'],
      ['promote', 'prod/2'],
      ['promote', 'prod/1'],
    ]);
    expect(ledger[2]).toMatchObject({
      reason: 'it fails',
      changes: [{ service: 'toy-service', kind: 'downgrade' }],
    });

    // After going back, the next release follows the highest number, and its parent is what ran.
    await rollback(repository, { environment: 'prod', to: 'prod/1', actor: actorAt(++clock) });
    await set(repository, { 'toy-web': tagOf(9) });
    const next = await promote(repository, { to: 'prod', actor: actorAt(++clock), helm, force: true });
    expect(next.prepared.plan.to).toBe('prod/4');
    expect(fixture.remoteGit('cat-file', '-p', 'prod/4')).toContain('parent: prod/1');
  });

  it.each([
    ['dev', undefined, 'action-denied'],
    ['prod', undefined, 'action-denied'],
    ['prod', 'prod/9', 'release-missing'],
  ])('of %s to %s is refused', async (environment, to, code) => {
    const repository = await open(gitOpsRepository());
    await expect(rollback(repository, { environment, to, actor: actorAt(++clock) })).rejects.toMatchObject({
      code,
    });
  });
});

describe('reading releases', () => {
  it('skips commits that do not change the combination, and names dev by the one that did', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    const moved = (await set(repository, { 'toy-web': tagOf(2) })).head;
    const values = fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml');
    fixture.commit({ 'helm/bitiq/values-dev.yaml': `${values}\n# a comment more\n` });
    fixture.commit({ 'helm/bitiq/values-dev.yaml': `${values}\n# another comment\n` });
    fixture.commit({ 'README.md': 'nothing\n' });
    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const dev = await resolveRelease(repository, { head, config, name: 'dev' });
    expect(dev.release).toBe(`dev@${moved.slice(0, 7)}`);
    const ledger = await readLedger(repository, {
      head,
      environment: requireEnvironment(config, 'dev'),
      limit: 20,
    });
    expect(ledger.map((entry) => entry.action)).toEqual(['set', 'edit']);
    // However little of the history is requested, a move is told against what ran before it.
    const newest = await readLedger(repository, {
      head,
      environment: requireEnvironment(config, 'dev'),
      limit: 1,
    });
    expect(newest).toEqual(ledger.slice(0, 1));
    const diff = await diffReleases(repository, { head, config, a: ledger[1]!.release, b: 'dev' });
    expect(diff.changes).toEqual([{ service: 'toy-web', from: tagOf(1), to: tagOf(2), kind: 'upgrade' }]);
    expect(diff.same).toBe(1);
  });
});

describe('an environment that bitiq.yaml no longer names', () => {
  it('leaves its releases readable', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    await promote(repository, { to: 'prod', actor: actorAt(++clock), helm });
    fixture.git('pull', '--quiet');
    fixture.commit({ 'bitiq.yaml': fixture.read('bitiq.yaml').replace(/  - name: prod\n[^]*$/, '') });
    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const found = await resolveRelease(repository, { head, config, name: 'prod/1' });
    expect(found).toMatchObject({ environment: 'prod', record: { release: 'prod/1' } });
    const diff = await diffReleases(repository, { head, config, a: 'prod/1', b: 'dev' });
    expect(diff.same).toBe(2);
    await expect(resolveRelease(repository, { head, config, name: 'prod/2' })).rejects.toMatchObject({
      code: 'environment-missing',
    });
  });
});

describe('races', () => {
  it('plans again on what is there: every one of many writers at once gets its change in', async () => {
    const fixture = gitOpsRepository();
    const first = await open(fixture);
    const results = await Promise.all([
      set(first, { 'toy-service': tagOf(2) }),
      set(await open(fixture), { 'toy-web': tagOf(3) }),
      promote(await open(fixture), { to: 'prod', actor: actorAt(++clock), helm }),
    ]);
    const values = fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml');
    expect(values).toContain(tagOf(2));
    expect(values).toContain(tagOf(3));
    // Writers of one machine take turns at a remote, so here no one loses; the heads are those of three pushes.
    expect(new Set(results.map((each) => each.head)).size).toBe(3);
    expect(fixture.remoteGit('rev-list', '--count', '--min-parents=2', 'main')).toBe('0');
    expect(fixture.remoteGit('tag')).toBe('prod/1');
    expect(await check(commitTree(first, 'main'), { helm, repository: first, now: new Date() })).toEqual(
      expect.not.arrayContaining([
        expect.objectContaining({ code: expect.stringMatching(/untrue|dangling/) as string }),
      ]),
    );
  });

  it('says what git said where nobody moved main and a lock stays', async () => {
    const fixture = gitOpsRepository();
    const repository = await open(fixture);
    const main = fixture.remoteGit('rev-parse', 'main');
    writeFileSync(join(fixture.remote, 'refs/heads/main.lock'), '');
    await expect(set(repository, { 'toy-web': tagOf(2) })).rejects.toMatchObject({
      code: 'push-denied',
      message: expect.stringContaining('main.lock') as string,
      fix: expect.stringContaining('remove it') as string,
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
  });

  it('moves nothing at all when one ref of a push is refused', async () => {
    const fixture = gitOpsRepository();
    fixture.remoteGit('config', 'receive.denyNonFastForwards', 'true');
    fixture.git('tag', '-a', 'prod/1', '-m', 'by hand');
    fixture.git('push', '--quiet', 'origin', 'prod/1');
    fixture.remoteGit('update-ref', '-d', 'refs/tags/prod/1');
    const { chmodSync } = await import('node:fs');
    const hook = `${fixture.remote}/hooks/update`;
    writeFileSync(hook, '#!/bin/sh\ncase $1 in refs/tags/*) echo "no tags today" >&2; exit 1;; esac\n');
    chmodSync(hook, 0o755);
    const main = fixture.remoteGit('rev-parse', 'main');
    const repository = await openRepository(fixture.checkout);
    await expect(promote(repository, { to: 'prod', actor: actorAt(++clock), helm })).rejects.toMatchObject({
      code: expect.stringMatching(/push-denied|push-conflict/) as string,
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(main);
  });
});
