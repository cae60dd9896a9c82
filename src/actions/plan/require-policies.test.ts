import { describe, expect, it } from 'vitest';
import { actorAt, repositoryWithPolicies, tagOf } from '../../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { check } from '../check.ts';
import { generatedFiles } from '../generate.ts';
import { judgeNamedRelease } from '../policy/judge-named-release.ts';
import { promote } from '../promote.ts';
import { readConfig } from '../read/read-state.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

function set(repository: Repository, tags: Record<string, string>, environment = 'dev') {
  return setTags(repository, {
    environment,
    tags: new Map(Object.entries(tags)),
    actor: actorAt(++clock),
    helm,
  });
}

async function judge(repository: Repository, name: string, since?: string) {
  const head = await headOfMain(repository);
  const config = await readConfig(commitTree(repository, head));
  return judgeNamedRelease(repository, { head, config, name, since, helm, now: new Date(0) });
}

const promotion = () => ({ from: 'dev', to: 'prod', actor: actorAt(++clock), helm });

describe('a release under policies', () => {
  it('is written when all accept it, and its record says so', async () => {
    const fixture = repositoryWithPolicies();
    const repository = await openRepository(fixture.remote);
    await promote(repository, promotion());
    expect(fixture.remoteGit('cat-file', '-p', 'prod/1')).toContain('- policies');
    const report = await judge(repository, 'prod');
    expect(report).toMatchObject({ findings: [], faults: [], unchanged: 0 });
    expect(report.verdicts.length).toBeGreaterThan(20);
    expect(report.verdicts.map(({ kind }) => kind)).toContain('Release');
    expect(new Set(report.verdicts.map(({ result }) => result))).toEqual(new Set(['pass']));
  });

  it('is refused by a denial that names object, line of the values, line of the manifests and fix; nothing changes', async () => {
    const fixture = repositoryWithPolicies();
    const values = fixture.read('helm/bitiq/values-prod.yaml').replace('replicas: 2', 'replicas: 1');
    fixture.commit({ 'helm/bitiq/values-prod.yaml': values });
    const refs = fixture.remoteGit('for-each-ref');
    const repository = await openRepository(fixture.remote);
    const error = await promote(repository, promotion()).catch((thrown: unknown) => thrown);
    const line = values.split('\n').findIndex((text) => text.includes('replicas: 1')) + 1;
    expect(error).toMatchObject({
      code: 'policy-denied',
      place: { file: 'helm/bitiq/values-prod.yaml', line, sourceLine: '    replicas: 1' },
      message: expect.stringMatching(
        new RegExp(
          `A policy denies prod/1:\\n {2}- availability: Deployment/toy-service: at least two replicas are needed \\(helm/bitiq/values-prod.yaml:${line}, line \\d+ of the manifests\\)\\n {4}fix: Set replicas`,
        ),
      ) as string,
    });
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
  });

  it('points at the very line of the manifests', async () => {
    const fixture = repositoryWithPolicies();
    const repository = await openRepository(fixture.remote);
    await promote(repository, promotion());
    fixture.commit({
      'policies/availability/policy.yaml': fixture
        .read('policies/availability/policy.yaml')
        .replace('.orValue(1) >= 2', '.orValue(1) >= 3'),
    });
    const report = await judge(repository, 'prod');
    const head = await headOfMain(repository);
    const { renderEnvironment } = await import('../render.ts');
    const { manifests } = await renderEnvironment(commitTree(repository, head), {
      environment: 'prod',
      helm,
    });
    expect(report.findings).toHaveLength(2);
    for (const { manifestLine } of report.findings) {
      expect(manifests.split('\n')[manifestLine! - 1]).toBe('  replicas: 2');
    }
  });

  it('is shown what only warns or audits, and goes on', async () => {
    const fixture = repositoryWithPolicies();
    fixture.commit({
      'policies/availability/policy.yaml': fixture
        .read('policies/availability/policy.yaml')
        .replace('validationActions: [Deny]', 'validationActions: [Audit, Warn]'),
      'helm/bitiq/values-prod.yaml': fixture
        .read('helm/bitiq/values-prod.yaml')
        .replace('replicas: 2', 'replicas: 1'),
    });
    const applied = await promote(await openRepository(fixture.remote), promotion());
    expect(applied.prepared.plan.notes).toEqual([
      expect.stringContaining('Policy availability: Deployment/toy-service: at least two replicas') as string,
    ]);
    expect(applied.prepared.plan.to).toBe('prod/1');
  });

  it('may be let through by an exception for one object, until it expires', async () => {
    const exception = (expires: string) => ({
      'policies/exceptions/toy-service.yaml': `apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata:
  name: toy-service-alone
spec:
  expiresAt: ${expires}
  policyRefs:
    - name: availability
      kind: ValidatingPolicy
  matchConditions:
    - name: that-one
      expression: object.metadata.name == 'toy-service'
`,
    });
    const fixture = repositoryWithPolicies(exception('2020-01-01T00:00:00Z'));
    fixture.commit({
      'helm/bitiq/values-prod.yaml': fixture
        .read('helm/bitiq/values-prod.yaml')
        .replace('replicas: 2', 'replicas: 1'),
    });
    const repository = await openRepository(fixture.remote);
    await expect(promote(repository, promotion())).rejects.toMatchObject({ code: 'policy-denied' });
    fixture.commit(exception('2030-01-01T00:00:00Z'));
    const applied = await promote(repository, promotion());
    expect(applied.prepared.plan.to).toBe('prod/1');
  });

  it('is refused with a broken policy, at its line', async () => {
    const fixture = repositoryWithPolicies();
    const text = fixture
      .read('policies/probes/policy.yaml')
      .replace('variables.silent.size() == 0', 'variables.silnet.size() == 0');
    fixture.commit({ 'policies/probes/policy.yaml': text });
    const repository = await openRepository(fixture.remote);
    await expect(promote(repository, promotion())).rejects.toMatchObject({
      code: 'policy-invalid',
      message: expect.stringContaining('there is no variable silnet') as string,
      place: {
        file: 'policies/probes/policy.yaml',
        line: text.split('\n').findIndex((each) => each.includes('silnet')) + 1,
      },
    });
    const tree = commitTree(repository, await headOfMain(repository));
    expect(await check(tree, { helm: undefined, repository: undefined, now: new Date(0) })).toContainEqual(
      expect.objectContaining({ code: 'policy-invalid', severity: 'error' }),
    );
  });
});

describe('rules over a release', () => {
  it('refuse a lower version and a tag that the environment before never ran', async () => {
    const fixture = repositoryWithPolicies();
    const repository = await openRepository(fixture.remote);
    await set(repository, { 'toy-service': tagOf(5) });
    await promote(repository, promotion());
    await expect(set(repository, { 'toy-service': tagOf(1) }, 'prod')).rejects.toThrow(
      `no-downgrade: Release/prod/2: it is lower than what ran before: toy-service ${tagOf(5)} → ${tagOf(1)}`,
    );
    await expect(set(repository, { 'toy-service': tagOf(9) }, 'prod')).rejects.toThrow(
      `ran-before: Release/prod/2: it never ran in dev: toy-service ${tagOf(9)}`,
    );
    // It ran in dev and was replaced there since: the ledger knows.
    await set(repository, { 'toy-service': tagOf(7) });
    await set(repository, { 'toy-service': tagOf(8) });
    const applied = await set(repository, { 'toy-service': tagOf(7) }, 'prod');
    expect(applied.prepared.plan.to).toBe('prod/2');
  });

  it('refuse versions that do not fit each other, as bitiq.yaml says it', async () => {
    const fixture = repositoryWithPolicies();
    fixture.commit({
      'bitiq.yaml': `${fixture.read('bitiq.yaml')}compatibility:\n  - toy-web >= 0.2 needs toy-service >= 0.3\n`,
    });
    const repository = await openRepository(fixture.remote);
    await set(repository, { 'toy-web': tagOf(1, 'v0.2.0') });
    await expect(promote(repository, promotion())).rejects.toThrow(
      'compatibility: Release/prod/1: toy-web >= 0.2 needs toy-service >= 0.3, but this release has toy-web 0.2.0 and toy-service 0.1.0',
    );
    await set(repository, { 'toy-service': tagOf(1, 'v0.3.0') });
    expect((await promote(repository, promotion())).prepared.plan.to).toBe('prod/1');
  });
});

describe('since', () => {
  it('judges only the objects that differ by more than the name of the release', async () => {
    const fixture = repositoryWithPolicies();
    const repository = await openRepository(fixture.remote);
    await promote(repository, promotion());
    await set(repository, { 'toy-web': tagOf(2) });
    await promote(repository, promotion());
    const report = await judge(repository, 'prod', 'prod/1');
    expect(new Set(report.verdicts.map(({ name }) => name))).toEqual(new Set(['toy-web', 'prod/2']));
    expect(report.unchanged).toBeGreaterThan(4);
    expect(report.objects + report.unchanged).toBe((await judge(repository, 'prod')).objects);
  });
});

describe('the policy of known images', () => {
  it('is generated from bitiq.yaml, and only its list changes', async () => {
    const fixture = repositoryWithPolicies();
    const before = fixture.read('policies/known-images/policy.yaml');
    fixture.commit({
      'bitiq.yaml': fixture
        .read('bitiq.yaml')
        .replace('image: ghcr.io/bitiq-io/toy-web', 'image: quay.io/acme/web'),
    });
    const repository = await openRepository(fixture.remote);
    const tree = commitTree(repository, await headOfMain(repository));
    const files = await generatedFiles(tree, await readConfig(tree));
    expect(files.get('policies/known-images/policy.yaml')).toBe(
      before.replace('["ghcr.io/bitiq-io/"]', '["ghcr.io/bitiq-io/","quay.io/acme/"]'),
    );
  });
});
