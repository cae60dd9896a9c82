import { describe, expect, it } from 'vitest';
import { actorAt, tagOf } from '../../../test/kit/gitops-repository.ts';
import { releasedRepository } from '../../../test/kit/released-repository.ts';
import { hold } from '../hold.ts';

const broken = [
  ['a release that never was', ' refs/tags/prod/9'],
  ['a branch', ' main'],
  ['broken YAML', ' ['],
] as const;

describe('from a pointer that a person wrote by hand, a promotion', () => {
  it.each(broken)(
    'compares with the last release and not with the values file of main: %s',
    async (_, text) => {
      const at = await releasedRepository(2);
      await at.rollback();
      at.point(text);
      // main lists the versions of prod/2, and prod ran prod/1.
      await expect(at.promote()).rejects.toMatchObject({ code: 'release-rolled-back' });
      const { plan } = (await at.promote('again', { force: true, dryRun: true })).prepared;
      expect(plan.changes).toMatchObject([{ service: 'toy-web', from: tagOf(2), to: tagOf(3) }]);
      expect(plan.notes.join('\n')).toContain(
        'The versions are compared with prod/1, the last release of prod',
      );
      expect(plan.notes.join('\n')).not.toContain('No version changes');
      expect(plan.objects?.changed).toBeGreaterThan(0);
    },
  );

  it.each(broken)('obeys a hold: %s', async (_, text) => {
    const at = await releasedRepository(2);
    await at.rollback();
    await hold(at.repository, { environment: 'prod', services: ['toy-web'], actor: actorAt(50, 'wait') });
    at.point(text);
    await expect(at.promote()).rejects.toMatchObject({ code: 'service-held' });
  });

  it('says of the same versions which release has them', async () => {
    const at = await releasedRepository(1);
    at.point(' refs/tags/prod/9');
    const { plan } = (await at.promote()).prepared;
    expect(plan.changes).toEqual([]);
    expect(plan.notes.join('\n')).toContain('The versions are those of prod/1, the last release of prod');
    expect((await at.log())[0]).toMatchObject({ release: 'prod/10', changes: [] });
  });
});

describe('from a pointer that a person moved to a release which main never recorded, a promotion', () => {
  it('makes a release of the same versions that main records', async () => {
    const at = await releasedRepository(1);
    const before = at.fixture.remoteGit('rev-parse', 'main');
    await at.set(9, 'prod');
    at.fixture.remoteGit('update-ref', 'refs/heads/main', before);
    at.point(' refs/tags/prod/2');
    const { plan } = (await at.promote('bind it', { from: 'prod/2', force: true })).prepared;
    expect(plan).toMatchObject({ to: 'prod/3', changes: [] });
    expect(plan.notes.join('\n')).toContain('main has no record of the tag prod/2; this release has one.');
    const again = (await at.promote('bind it', { from: 'prod/3' })).prepared.plan;
    expect(again.commits).toEqual([]);
  });
});

describe('the ledger', () => {
  it('compares with what ran last where a pointer or a values file could not be read', async () => {
    const at = await releasedRepository(2);
    at.point(' [');
    await at.rollback('1');
    expect((await at.log())[0]?.changes).toMatchObject([{ from: tagOf(3), to: tagOf(2) }]);
    // So a rollback from there is not undone by mistake either.
    await expect(at.promote()).rejects.toMatchObject({ code: 'release-rolled-back' });
    at.fixture.commit({ 'helm/bitiq/values-dev.yaml': 'x' }, 'Break it');
    await at.rollback(undefined, 'dev');
    expect((await at.log('dev')).slice(0, 2)).toMatchObject([{ changes: [] }, { changes: undefined }]);
  });
});
