import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, root, tagOf } from '../../../test/kit/gitops-repository.ts';
import { diffToJson, printDiff } from '../../cli/print-diff.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import type { PolicyVerdict } from '../../model/policy.ts';
import { diffReleases, hasDifferences, type Depth } from '../diff.ts';
import { promote } from '../promote.ts';
import { readConfig } from '../read/read-state.ts';
import { setTags } from '../set.ts';
import { comparePolicies } from './compare-policies.ts';
import { printDiffMarkdown } from './print-markdown.ts';

const helm = process.env['BITIQ_HELM']!;
const values = 'helm/bitiq/values-prod.yaml';
const policy = (name: string) => `policies/${name}/policy.yaml`;
const own = (name: string) => readFileSync(join(root, policy(name)), 'utf8');
const replicas = `apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: two-replicas
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments] }
  validations:
    - message: "two replicas for @all, please #1"
      expression: object.spec.?replicas.orValue(1) >= 2
`;
const annotated = replicas
  .replace('two-replicas', 'owner')
  .replace('[Deny]', '[Warn]')
  .replace('two replicas for @all, please #1', 'nobody owns it')
  .replace(
    'object.spec.?replicas.orValue(1) >= 2',
    "has(object.metadata.annotations) && 'owner' in object.metadata.annotations",
  );

/** prod/1 has one replica of toy-service, prod/2 one of toy-web, which it also moves to a lower version. */
async function history() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const replicasOf = (one: 'toy-service' | 'toy-web') => {
    const [first, second] = fixture.remoteGit('show', `main:${values}`).split('  - name: toy-web');
    const count = (text: string, is: boolean) => text.replace(/replicas: \d/, `replicas: ${is ? 1 : 2}`);
    const text = `${count(first!, one === 'toy-service')}  - name: toy-web${count(second!, one === 'toy-web')}\n`;
    fixture.commit({ [values]: text });
  };
  const move = async (seconds: number, commits: number) => {
    const tags = new Map([['toy-web', tagOf(commits)]]);
    await setTags(repository, { environment: 'dev', tags, actor: actorAt(seconds), helm });
    await promote(repository, { to: 'prod', actor: actorAt(seconds + 1), helm });
  };
  replicasOf('toy-service');
  await move(10, 5);
  replicasOf('toy-web');
  await move(20, 3);
  return {
    fixture,
    compare: async (a: string, b: string, depth: Depth = 'policies') => {
      const head = await headOfMain(repository);
      const config = await readConfig(commitTree(repository, head));
      return diffReleases(repository, {
        ...{ head, config, a, b, cwd: fixture.checkout, now: actorAt().now },
        depths: new Set([depth]),
        helm: async () => helm,
      });
    },
  };
}

describe('diff of policies', () => {
  it('says which failures are new, fixed and the same, per service and object, also of the release itself', async () => {
    const { fixture, compare } = await history();
    expect((await compare('prod/1', 'prod/2')).policies).toMatchObject({
      policies: 0,
      changes: [],
      passing: 0,
    });
    fixture.commit({
      [policy('two-replicas')]: replicas,
      [policy('owner')]: annotated,
      [policy('no-downgrade')]: own('no-downgrade'),
    });
    const found = await compare('prod/1', 'prod/2');
    const owner = { kind: 'same', policy: 'owner', denies: false, message: 'nobody owns it' };
    expect(found.policies).toMatchObject({
      policies: 3,
      passing: 0,
      faults: [],
      changes: [
        {
          kind: 'fixed',
          service: 'toy-service',
          policy: 'two-replicas',
          object: 'Deployment/toy-service',
          denies: true,
        },
        { ...owner, service: 'toy-service' },
        {
          kind: 'new',
          service: 'toy-web',
          policy: 'two-replicas',
          object: 'Deployment/toy-web',
          denies: true,
        },
        { ...owner, service: 'toy-web' },
        {
          kind: 'new',
          service: undefined,
          policy: 'no-downgrade',
          object: 'Release',
          message: expect.stringContaining('toy-web'),
        },
      ],
    });
    const text = printDiff(found, (_, shown) => shown);
    expect(text.slice(text.indexOf('policies'))).toBe(
      [
        'policies',
        '  toy-service',
        '    fixed  two-replicas  Deployment/toy-service: two replicas for @all, please #1',
        '    same  owner (warning)  Deployment/toy-service: nobody owns it',
        '  toy-web',
        '    new  two-replicas  Deployment/toy-web: two replicas for @all, please #1',
        '    same  owner (warning)  Deployment/toy-web: nobody owns it',
        '  the whole release',
        `    new  no-downgrade  Release: it is lower than what ran before: toy-web ${tagOf(5)} → ${tagOf(3)}`,
        '  2 new, 1 fixed, 2 the same, 0 fail on neither side',
      ].join('\n'),
    );
    const markdown = printDiffMarkdown(found);
    expect(markdown).toContain(
      '<details><summary>policies: 2 new, 1 fixed, 2 the same, 0 fail on neither side</summary>',
    );
    expect(markdown).toContain(
      '- ❌ **new**: toy-web: `two-replicas` on `Deployment/toy-web`: two replicas for @\u200Ball, please #\u200B1',
    );
    expect(diffToJson(found)).toMatchObject({ policies: { changes: [{ kind: 'fixed' }, {}, {}, {}, {}] } });
    expect(hasDifferences(found)).toBe(true);
    // The two sides are as they were, and the rule over releases asks each against what ran before it.
    expect((await compare('prod/2', 'prod/2')).policies?.changes.map(({ kind }) => kind)).toEqual(
      Array(4).fill('same'),
    );
    expect(hasDifferences(await compare('prod/2', 'prod'))).toBe(false);
  });

  it('judges a values file on disk', async () => {
    const { fixture, compare } = await history();
    fixture.commit({ [policy('two-replicas')]: replicas });
    const file = await compare('prod/1', values);
    expect(file.policies?.changes.map(({ kind, object }) => `${kind} ${object}`)).toEqual([
      'fixed Deployment/toy-service',
      'new Deployment/toy-web',
    ]);
  });

  it('names policies that are broken', async () => {
    const { fixture, compare } = await history();
    fixture.commit({ [policy('two-replicas')]: replicas.replace('orValue(1) >= 2', 'orValue(1) >=') });
    const found = await compare('prod/1', 'prod/2');
    expect(found.policies?.faults).toMatchObject([{ code: 'policy-invalid' }]);
    expect(printDiffMarkdown(found)).toContain('two-replicas does not compile');
    expect(printDiff(found, (_, shown) => shown)).toContain('two-replicas does not compile');
  });

  it('shows what a failure said before', () => {
    const side = (message: string) => ({
      ...{ manifests: '', faults: [], policies: 1 },
      verdicts: [
        {
          ...{ policy: 'p', policyFile: 'p.yaml', kind: 'Pod', name: 'web', namespace: '' },
          ...{ result: 'fail' as const, actions: ['Deny' as const], message },
        },
      ],
    });
    expect(comparePolicies(side('one'), side('two'), new Set()).changes).toMatchObject([
      { kind: 'same', message: 'two', before: 'one' },
    ]);
  });

  it('tells several sentences of one policy on one object apart', () => {
    const verdict = (message: string): PolicyVerdict => ({
      ...{ policy: 'rego', policyFile: 'x.rego', kind: 'Deployment', name: 'web', namespace: '' },
      ...{ result: 'fail', actions: ['Deny'], message },
    });
    const side = (...messages: string[]) => ({
      ...{ manifests: '', faults: [], policies: 1 },
      verdicts: messages.map(verdict),
    });
    const found = comparePolicies(side('one', 'two'), side('two', 'three'), new Set());
    expect(found.changes.map(({ kind, message }) => `${kind} ${message}`).sort()).toEqual([
      'fixed one',
      'new three',
      'same two',
    ]);
  });
});
