import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf } from '../../test/kit/gitops-repository.ts';
import { headOfMain, openRepository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import type { Selection } from '../model/select-services.ts';
import { diffReleases, type Depth } from './diff.ts';
import { promote } from './promote.ts';
import { readConfig } from './read/read-state.ts';
import { setTags } from './set.ts';

const helm = process.env['BITIQ_HELM']!;
const [a, b, c] = ['toy-api', 'toy-service', 'toy-web'] as const;

async function open() {
  const fixture = gitOpsRepository({ services: [a, b, c] });
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  return {
    fixture,
    promote: async (selection?: Selection) => {
      const options = { to: 'prod', actor: actorAt(++clock), helm, selection };
      return (await promote(repository, options)).prepared.plan;
    },
    set: (commits: number) =>
      setTags(repository, {
        environment: 'dev',
        tags: new Map([a, b, c].map((service) => [service, tagOf(commits)])),
        actor: actorAt(++clock),
        helm,
      }),
    record: (n: number) => fixture.remoteGit('for-each-ref', '--format=%(contents)', `refs/tags/prod/${n}`),
  };
}

const tagsIn = (record: string) => [...record.matchAll(/^ {2}toy-\w+: (\S+)$/gm)].map((match) => match[1]);

describe('promoting a part', () => {
  it('takes some services and leaves the rest as they run, and the record says what changed against which release', async () => {
    const at = await open();
    await at.set(2);
    await at.promote();
    expect(at.record(1)).not.toContain('delta');
    await at.set(3);
    await at.promote({ only: [a] });
    expect(tagsIn(at.record(2))).toEqual([tagOf(3), tagOf(2), tagOf(2)]);
    expect(at.record(2)).toContain(
      `parent: prod/1\ndelta:\n  toy-api:\n    from: ${tagOf(2)}\n    to: ${tagOf(3)}\nby: `,
    );
    await at.set(4);
    const plan = await at.promote({ except: [a], set: new Map([[b, tagOf(9)]]) });
    expect(tagsIn(at.record(3))).toEqual([tagOf(3), tagOf(9), tagOf(4)]);
    expect(plan.changes.map((change) => change.service)).toEqual([b, c]);
    const again = await at.promote({ only: [b], set: new Map([[b, tagOf(9)]]) });
    expect(again.commits).toEqual([]);
  });

  it('starts from the values file before the first release', async () => {
    const at = await open();
    await at.set(2);
    await at.promote({ only: [c] });
    expect(tagsIn(at.record(1))).toEqual([tagOf(1), tagOf(1), tagOf(2)]);
  });
});

describe('the plan of a promotion', () => {
  it('counts the objects that change as a comparison does, and has nothing to count at first', async () => {
    const at = await open();
    await at.set(2);
    expect((await at.promote()).objects).toBeUndefined();
    await at.set(3);
    const values = 'helm/bitiq/values-prod.yaml';
    const text = at.fixture.remoteGit('show', `main:${values}`);
    const budget = 'replicas: 2\n    disruptionBudget: { enabled: true }';
    at.fixture.commit({ [values]: `${text.replace('replicas: 2', budget)}\n` });
    const { objects } = await at.promote({ only: [b] });
    const repository = await openRepository(at.fixture.remote);
    const head = await headOfMain(repository);
    const config = await readConfig(commitTree(repository, head));
    const depths = new Set<Depth>(['manifests']);
    const sides = { a: 'prod/1', b: 'prod/2', helm: async () => helm };
    const { manifests } = await diffReleases(repository, { head, config, depths, ...sides });
    const count = (kind: string) => manifests!.objects.filter((each) => each.kind === kind).length;
    expect(objects).toEqual({
      added: 1,
      removed: 0,
      changed: count('changed'),
      same: manifests!.same,
    });
    expect(count('added')).toBe(1);
    expect(count('changed')).toBeGreaterThan(1);
  });

  it('names the files of the chart and the configuration that changed, and not those where only versions did', async () => {
    const at = await open();
    const { fixture } = at;
    await at.promote();
    await at.set(2);
    expect((await at.promote()).chartChanges).toEqual([]);
    const read = (path: string) => fixture.remoteGit('show', `main:${path}`) + '\n';
    const [pod, values, dev, chart] = [
      'templates/_pod.tpl',
      'values-prod.yaml',
      'values-dev.yaml',
      'Chart.yaml',
    ].map((file) => `helm/bitiq/${file}`) as [string, string, string, string];
    await at.set(3);
    fixture.commit({
      [pod]: `${read(pod)}{{- /* changed */ -}}\n`,
      [values]: read(values).replace('replicas: 2', 'replicas: 3'),
      [dev]: `${read(dev)}# changed\n`,
      [chart]: read(chart).replace(/^version: .*$/m, 'version: 0.2.0'),
      'helm/bitiq/templates/_new.tpl': '',
    });
    fixture.git('rm', '--quiet', 'helm/bitiq/templates/NOTES.txt');
    fixture.git('commit', '--quiet', '--message', 'No notes');
    fixture.git('push', '--quiet', 'origin', 'main');
    const plan = await at.promote();
    expect(plan.chartChanges).toEqual([
      { path: chart, kind: 'modified' },
      { path: 'helm/bitiq/templates/NOTES.txt', kind: 'removed' },
      { path: 'helm/bitiq/templates/_new.tpl', kind: 'added' },
      { path: pod, kind: 'modified' },
      { path: values, kind: 'modified' },
    ]);
    expect(plan.changes).toHaveLength(3);
  });
});
