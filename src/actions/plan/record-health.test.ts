import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  actorAt,
  gitOpsRepository,
  repositoryWithPolicies,
  tagOf,
  temporaryFolder,
} from '../../../test/kit/gitops-repository.ts';
import { combinationOf } from '../../model/combination.ts';
import { fetchRemote, headOfMain, openRepository, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { promote } from '../promote.ts';
import { readHealth } from '../read/read-health.ts';
import { readConfig } from '../read/read-state.ts';
import { recordHealth } from './record-health.ts';
import { recordNamedHealth } from '../healthy.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

const record = (repository: Repository, healthy: Readonly<Record<string, string>>, release = 'dev@abc1234') =>
  recordHealth(repository, {
    environment: 'dev',
    release,
    healthy: combinationOf(Object.entries(healthy)),
    actor: actorAt(++clock),
  });

async function recordNamed(
  repository: Repository,
  options: {
    readonly environment?: string;
    readonly release?: string;
    readonly services?: readonly string[];
    readonly dryRun?: boolean;
  } = {},
) {
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  const defaults = { environment: 'dev', services: [], actor: actorAt(++clock) };
  return recordNamedHealth(repository, { head, config, ...defaults, ...options });
}

function set(repository: Repository, tags: Record<string, string>) {
  const actor = actorAt(++clock);
  return setTags(repository, { environment: 'dev', tags: new Map(Object.entries(tags)), actor, helm });
}

const release = (repository: Repository) =>
  promote(repository, { from: 'dev', to: 'prod', actor: actorAt(++clock), helm });

describe('a record of health', () => {
  it('stands apart from main, once for each version, and is never changed', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const head = await headOfMain(repository);
    const first = await record(repository, { 'toy-web': tagOf(1), 'toy-service': tagOf(1) });
    expect(first.services.map(({ service, knownSince }) => [service, knownSince])).toEqual([
      ['toy-service', undefined],
      ['toy-web', undefined],
    ]);
    const second = await record(repository, { 'toy-web': tagOf(2), 'toy-service': tagOf(1) }, 'dev@def5678');
    expect(second.services[0]?.knownSince).toMatch(/^2026-01-01T00:00:/);
    const before = fixture.remoteGit('rev-parse', 'refs/bitiq/health');
    const third = await record(repository, { 'toy-web': tagOf(2) }, 'dev@aaaaaaa');
    expect(third.commit).toBeUndefined();
    expect(fixture.remoteGit('rev-parse', 'refs/bitiq/health')).toBe(before);
    expect(await headOfMain(repository)).toBe(head);
    expect(fixture.remoteGit('ls-tree', '-r', '--name-only', 'refs/bitiq/health').split('\n')).toEqual([
      'dev/.began',
      `dev/toy-service/${tagOf(1)}`,
      `dev/toy-web/${tagOf(1)}`,
      `dev/toy-web/${tagOf(2)}`,
    ]);
    expect(JSON.parse(fixture.remoteGit('show', `refs/bitiq/health:dev/toy-web/${tagOf(2)}`))).toEqual({
      release: 'dev@def5678',
      since: expect.stringMatching(/^2026-01-01T/) as string,
      by: 'Ada <ada@example.com>',
    });
    expect(fixture.remoteGit('show', 'refs/bitiq/health:dev/.began')).toBe(head);
  });

  it('loses nothing to another writer, and reaches every clone', async () => {
    const fixture = gitOpsRepository();
    const clones = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const clone = join(temporaryFolder(), 'clone');
        fixture.git('clone', '--quiet', fixture.remote, clone);
        return openRepository(clone);
      }),
    );
    await Promise.all(
      clones.map((clone, index) => record(clone, { 'toy-web': tagOf(index), 'toy-service': tagOf(9) })),
    );
    const [first] = clones;
    await fetchRemote(first!);
    const known = await readHealth(first!, 'dev', [
      ['toy-service', tagOf(9)],
      ...clones.map((_, index) => ['toy-web', tagOf(index)] as const),
    ]);
    for (const index of clones.keys()) expect(known.of('toy-web', tagOf(index))).toBeDefined();
    expect(known.of('toy-service', tagOf(9))).toBeDefined();
    expect(fixture.remoteGit('rev-list', '--count', '--min-parents=2', 'refs/bitiq/health')).toBe('0');
  });

  it('takes a release by name, by the commit that was synced, or as main says it', async () => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    const { head: second } = await set(repository, { 'toy-web': tagOf(2) });
    // A commit that moved no version: Argo CD names the head, and the release is the one that it runs.
    fixture.commit({ 'README.md': 'text' });
    const head = await headOfMain(repository);
    const synced = await recordNamed(repository, { release: head, services: ['toy-web'], dryRun: true });
    expect(synced).toMatchObject({
      release: `dev@${second.slice(0, 7)}`,
      services: [{ service: 'toy-web', tag: tagOf(2) }],
      commit: undefined,
    });
    expect(fixture.remoteGit('for-each-ref', 'refs/bitiq')).toBe('');
    expect(await recordNamed(repository)).toMatchObject({ release: `dev@${second.slice(0, 7)}` });
    await release(repository);
    const tagged = fixture.remoteGit('rev-parse', 'prod/1^{commit}');
    expect(await recordNamed(repository, { environment: 'prod', release: tagged })).toMatchObject({
      environment: 'prod',
      release: 'prod/1',
    });
  });

  it.each<[string, Parameters<typeof recordNamed>[1], string, string]>([
    ['an environment without a release', { environment: 'prod' }, 'release-missing', 'has no release yet'],
    ['a release of another one', { release: 'prod/1' }, 'usage', 'is not a release of dev'],
    ['what another one runs', { release: 'prod' }, 'usage', 'prod is not a release of dev'],
    ['a commit that is not there', { release: '0123456789' }, 'release-missing', 'main does not have it'],
    ['an unknown environment', { environment: 'dve' }, 'environment-missing', 'dve'],
    ['an unknown service', { services: ['toy-wbe'] }, 'service-missing', 'toy-wbe'],
  ])('of %s is refused, and nothing is written', async (_, options, code, message) => {
    const fixture = gitOpsRepository();
    const repository = await openRepository(fixture.remote);
    await expect(recordNamed(repository, options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
    expect(fixture.remoteGit('for-each-ref', 'refs/bitiq')).toBe('');
  });

  it('of a commit on a branch that is not main is refused', async () => {
    const fixture = gitOpsRepository();
    fixture.git('checkout', '--quiet', '-b', 'other');
    fixture.git('commit', '--quiet', '--allow-empty', '--message', 'Elsewhere');
    fixture.git('push', '--quiet', 'origin', 'other');
    const sha = fixture.git('rev-parse', 'HEAD');
    const repository = await openRepository(fixture.remote);
    await expect(recordNamed(repository, { release: sha })).rejects.toMatchObject({
      code: 'release-missing',
    });
  });
});

describe('the policy healthy-before', () => {
  it('asks nothing where nobody records health', async () => {
    const repository = await openRepository(repositoryWithPolicies().remote);
    await set(repository, { 'toy-web': tagOf(2) });
    expect((await release(repository)).prepared.plan.to).toBe('prod/1');
  });

  it('refuses a version that ran and was never healthy, until it is', async () => {
    const fixture = repositoryWithPolicies();
    const repository = await openRepository(fixture.remote);
    await recordNamed(repository);
    await set(repository, { 'toy-web': tagOf(2) });
    const refs = fixture.remoteGit('for-each-ref');
    await expect(release(repository)).rejects.toMatchObject({
      code: 'policy-denied',
      message: expect.stringContaining(
        `healthy-before: Release/prod/1: it was never healthy in dev: toy-web ${tagOf(2)}`,
      ) as string,
    });
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
    await recordNamed(repository);
    expect((await release(repository)).prepared.plan.to).toBe('prod/1');
  });

  it('gives what ran before the records began the benefit of the doubt', async () => {
    const repository = await openRepository(repositoryWithPolicies().remote);
    await set(repository, { 'toy-web': tagOf(2) });
    await set(repository, { 'toy-web': tagOf(3) });
    await recordNamed(repository);
    await set(repository, { 'toy-web': tagOf(4) });
    const applied = await promote(repository, {
      from: 'dev',
      to: 'prod',
      selection: { set: new Map([['toy-web', tagOf(2)]]) },
      actor: actorAt(++clock),
      helm,
    });
    expect(applied.prepared.plan.to).toBe('prod/1');
  });
});
