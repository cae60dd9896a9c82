import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf } from '../../../test/kit/gitops-repository.ts';
import { releasedRepository } from '../../../test/kit/released-repository.ts';
import { openRepository } from '../../git/repository.ts';
import { promote } from '../promote.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';

const helm = process.env['BITIQ_HELM']!;

async function rolledBack() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const set = (tags: Record<string, string>, environment = 'dev', force = false) =>
    setTags(repository, {
      ...{ environment, helm, force },
      tags: new Map(Object.entries(tags)),
      actor: actorAt(++clock, 'newer'),
    });
  const release = (
    options: { force?: boolean; dryRun?: boolean; except?: string[]; only?: string[] } = {},
  ) => {
    const { except, only, ...rest } = options;
    const selection = (except || only) && { except, only };
    return promote(repository, {
      ...{ from: 'dev', to: 'prod', helm, selection, ...rest },
      actor: actorAt(++clock, 'again'),
    });
  };
  const back = (to?: string) =>
    rollback(repository, { environment: 'prod', to, actor: actorAt(++clock, 'checkout fails') });
  await release();
  await set({ 'toy-web': tagOf(2), 'toy-service': tagOf(2) });
  await release();
  await back();
  return { fixture, repository, set, release, back };
}

describe('a release that brings back what a rollback took back', () => {
  it('is refused by promote and its plan, with who, when and why, and made with force, which the commit tells', async () => {
    const { fixture, release } = await rolledBack();
    const refused = {
      code: 'release-rolled-back',
      message: expect.stringMatching(
        /^This brings toy-service \S+, toy-web \S+ of prod\/2 back, which Ada took back \d+ s ago: checkout fails\.$/,
      ) as string,
      fix: expect.stringContaining('--except toy-service,toy-web') as string,
    };
    const refs = fixture.remoteGit('for-each-ref');
    await expect(release()).rejects.toMatchObject(refused);
    await expect(release({ dryRun: true })).rejects.toMatchObject(refused);
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
    await expect(release({ only: ['toy-web'] })).rejects.toMatchObject({
      fix: 'Promote newer versions of toy-web, or bring it back anyway with --force.',
    });
    const { plan } = (await release({ force: true })).prepared;
    expect([plan.to, plan.notes[0]]).toEqual(['prod/3', expect.stringContaining('of prod/2 back')]);
    expect(fixture.remoteGit('log', '-1', '--format=%B', 'main')).toContain('which Ada took back');
  });

  it('is refused by set, too', async () => {
    const { set } = await rolledBack();
    await expect(set({ 'toy-web': tagOf(2) }, 'prod')).rejects.toMatchObject({ code: 'release-rolled-back' });
    expect((await set({ 'toy-web': tagOf(2) }, 'prod', true)).prepared.plan.to).toBe('prod/3');
  });

  it('passes with newer versions, without the services, and once another move has left them', async () => {
    const { set, release } = await rolledBack();
    await set({ 'toy-web': tagOf(3) });
    await expect(release()).rejects.toMatchObject({
      message: expect.stringMatching(/^This brings toy-service \S+ of prod\/2 back/) as string,
    });
    expect((await release({ except: ['toy-service'] })).prepared.plan.to).toBe('prod/3');
    await set({ 'toy-service': tagOf(3) });
    expect((await release()).prepared.plan.to).toBe('prod/4');
    await set({ 'toy-service': tagOf(2) }, 'prod', true);
    await set({ 'toy-service': tagOf(4) }, 'prod');
    expect((await set({ 'toy-service': tagOf(2) }, 'prod')).prepared.plan.to).toBe('prod/7');
  });

  it('is known by its manifests where only the chart changed', async () => {
    const { fixture, release, back } = await rolledBack();
    await release({ force: true });
    const values = 'helm/bitiq/values-prod.yaml';
    const text = fixture.remoteGit('show', `main:${values}`);
    fixture.commit({ [values]: `${text.replace('replicas: 2', 'replicas: 3')}\n` });
    await release();
    await back();
    await expect(release()).rejects.toMatchObject({
      code: 'release-rolled-back',
      message: expect.stringMatching(/^This is prod\/4, which Ada took back/) as string,
    });
    // Going forward again takes nothing back.
    await back('prod/4');
    await back('prod/3');
    await expect(release()).rejects.toMatchObject({ code: 'release-rolled-back' });
  });

  it('is told and not refused where a person moved the pointer back by an edit', async () => {
    const at = await releasedRepository(2);
    at.point(' refs/tags/prod/1');
    const { plan } = (await at.promote()).prepared;
    expect([plan.to, plan.notes[0]]).toEqual([
      'prod/3',
      expect.stringMatching(/^This brings toy-web \S+ of prod\/2 back, which .* took back .* ago by hand\.$/),
    ]);
  });
});
