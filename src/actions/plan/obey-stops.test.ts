import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, type GitOpsFixture } from '../../../test/kit/gitops-repository.ts';
import { imagesOf } from '../../../test/kit/image-store.ts';
import { openRepository, type Repository } from '../../git/repository.ts';
import { freeze } from '../freeze.ts';
import { hold } from '../hold.ts';
import { unhold } from '../unhold.ts';
import { promote } from '../promote.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { updateEnvironment } from '../update.ts';

const helm = process.env['BITIQ_HELM']!;
let clock = 0;

async function open(): Promise<{ fixture: GitOpsFixture; repository: Repository }> {
  const fixture = gitOpsRepository();
  return { fixture, repository: await openRepository(fixture.remote) };
}

function set(
  repository: Repository,
  tags: Record<string, string>,
  more: { environment?: string; force?: boolean } = {},
) {
  return setTags(repository, {
    environment: 'dev',
    tags: new Map(Object.entries(tags)),
    actor: actorAt(++clock),
    helm,
    ...more,
  });
}

function update(repository: Repository, tags: Record<string, string>) {
  return updateEnvironment(repository, {
    environment: 'dev',
    images: imagesOf(tags),
    actor: { ...actorAt(++clock), name: 'bitiq updater' },
    helm,
  });
}

const holdWeb = (repository: Repository, environment = 'dev') =>
  hold(repository, { environment, services: ['toy-web'], actor: actorAt(++clock, 'it waits') });
const freezeNow = (repository: Repository, environment: string) =>
  freeze(repository, {
    environment,
    actor: actorAt(++clock, 'the sale'),
    until: new Date('2026-02-01T00:00:00Z'),
  });
const fileOf = (fixture: GitOpsFixture, name: string) => fixture.remoteGit('show', `main:${name}`);
const tagsOf = (fixture: GitOpsFixture, environment = 'dev') =>
  [...fileOf(fixture, `helm/bitiq/values-${environment}.yaml`).matchAll(/tag: (\S+)/g)].map(
    (match) => match[1],
  );
const heldIn = (fixture: GitOpsFixture, environment = 'dev') =>
  [...fileOf(fixture, `environments/${environment}/holds.yaml`).matchAll(/- service: (\S+)/g)].map(
    (match) => match[1],
  );

describe('a hold', () => {
  it('keeps the updater from one service and not from the others, and says why', async () => {
    const { fixture, repository } = await open();
    await holdWeb(repository);
    const { applied, skipped } = await update(repository, { 'toy-web': tagOf(2), 'toy-service': tagOf(2) });
    expect(applied.prepared.plan.changes.map((change) => change.service)).toEqual(['toy-service']);
    expect(skipped).toMatchObject([{ service: 'toy-web', tag: tagOf(2), why: 'held' }]);
    expect(skipped[0]?.message).toContain('Ada <ada@example.com> has held toy-web since');
    expect(tagsOf(fixture)).toEqual([tagOf(2), tagOf(1)]);
    expect(fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-Action)', 'main').trim()).toBe(
      'Bitiq-Action: update',
    );

    const head = fixture.remoteGit('rev-parse', 'main');
    const again = await update(repository, { 'toy-web': tagOf(2), 'toy-service': tagOf(2) });
    expect(again.applied.prepared.plan.commits).toEqual([]);
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);

    await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(++clock) });
    await update(repository, { 'toy-web': tagOf(2) });
    expect(tagsOf(fixture)).toEqual([tagOf(2), tagOf(2)]);
  });

  it('stops everything when its file cannot be read', async () => {
    const { fixture, repository } = await open();
    fixture.commit({ 'environments/dev/holds.yaml': 'holds:\n  - {service: toy-web}\n' });
    await expect(update(repository, { 'toy-service': tagOf(2) })).rejects.toMatchObject({
      code: 'stop-invalid',
    });
    await expect(set(repository, { 'toy-service': tagOf(2) })).rejects.toMatchObject({
      code: 'stop-invalid',
    });
  });

  it('refuses a set, whole, and --force lifts it for a newer tag and keeps it for an older one', async () => {
    const { fixture, repository } = await open();
    await set(repository, { 'toy-web': tagOf(5) });
    const { head } = await holdWeb(repository);
    await expect(set(repository, { 'toy-web': tagOf(6), 'toy-service': tagOf(6) })).rejects.toMatchObject({
      code: 'service-held',
      message: expect.stringContaining('it waits') as string,
      fix: expect.stringContaining('bitiq unhold dev toy-web') as string,
    });
    expect(fixture.remoteGit('rev-parse', 'main')).toBe(head);
    await set(repository, { 'toy-service': tagOf(6), 'toy-web': tagOf(5) });

    const older = await set(repository, { 'toy-web': tagOf(4) }, { force: true });
    expect(older.prepared.plan.notes).toEqual([`toy-web is still held, now at ${tagOf(4)}.`]);
    expect(heldIn(fixture)).toEqual(['toy-web']);

    const newer = await set(repository, { 'toy-web': tagOf(7) }, { force: true });
    expect(newer.prepared.plan.notes[0]).toContain(
      `This lifts the hold on toy-web, because ${tagOf(7)} is newer`,
    );
    expect(heldIn(fixture)).toEqual([]);
    expect(fixture.remoteGit('diff', '--name-only', 'main^', 'main').split('\n')).toEqual([
      'environments/dev/holds.yaml',
      'helm/bitiq/Chart.yaml',
      'helm/bitiq/values-dev.yaml',
    ]);
    expect(fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-Unheld)', 'main').trim()).toBe(
      'Bitiq-Unheld: toy-web',
    );
  });

  it('stands against a promotion that would move the service, and no other', async () => {
    const { fixture, repository } = await open();
    await holdWeb(repository, 'prod');
    await set(repository, { 'toy-service': tagOf(2) });
    // Before its first release prod runs nothing, so everything would move there.
    const first = () => promote(repository, { to: 'prod', actor: actorAt(++clock), helm });
    await expect(first()).rejects.toMatchObject({ code: 'service-held' });
    await unhold(repository, { environment: 'prod', services: ['toy-web'], actor: actorAt(++clock) });
    await first();
    await holdWeb(repository, 'prod');
    await set(repository, { 'toy-service': tagOf(3) });
    await first();
    await set(repository, { 'toy-web': tagOf(2) });
    await expect(first()).rejects.toMatchObject({ code: 'service-held' });
    const forced = await promote(repository, { to: 'prod', actor: actorAt(++clock), helm, force: true });
    expect(forced.prepared.plan.to).toBe('prod/3');
    expect(heldIn(fixture, 'prod')).toEqual([]);
    // The tree of a release holds what runs; the hold goes from main with the pointer.
    expect(fixture.remoteGit('diff', '--name-only', 'prod/3', 'main')).toContain(
      'environments/prod/holds.yaml',
    );
  });
});

describe('a freeze', () => {
  it('refuses promote and set with who, why and until when, and lets a rollback through', async () => {
    const { fixture, repository } = await open();
    const actor = () => actorAt(++clock);
    for (const commits of [2, 3]) {
      await set(repository, { 'toy-web': tagOf(commits) });
      await promote(repository, { to: 'prod', actor: actor(), helm });
    }
    await freezeNow(repository, 'prod');
    await set(repository, { 'toy-web': tagOf(4) });
    const refused = {
      code: 'environment-frozen',
      message: expect.stringMatching(
        /^Ada <ada@example\.com> has frozen prod since .*, until 2026-02-01T00:00:00Z: the sale\.$/,
      ) as string,
    };
    const refs = fixture.remoteGit('for-each-ref');
    await expect(promote(repository, { to: 'prod', actor: actor(), helm })).rejects.toMatchObject(refused);
    await expect(
      promote(repository, { to: 'prod', actor: actor(), helm, force: true }),
    ).rejects.toMatchObject(refused);
    await expect(set(repository, { 'toy-web': tagOf(9) }, { environment: 'prod' })).rejects.toMatchObject(
      refused,
    );
    expect(fixture.remoteGit('for-each-ref')).toBe(refs);
    const back = await rollback(repository, { environment: 'prod', actor: actor() });
    expect(back.prepared.plan.to).toBe('prod/1');
    const later = { ...actor(), now: new Date('2026-02-01T00:00:00Z') };
    expect((await promote(repository, { to: 'prod', actor: later, helm })).prepared.plan.to).toBe('prod/3');
  });

  it('of a following environment stops the updater and set, and lets a rollback through', async () => {
    const { fixture, repository } = await open();
    await set(repository, { 'toy-web': tagOf(2) });
    await freezeNow(repository, 'dev');
    const { skipped } = await update(repository, { 'toy-web': tagOf(3) });
    expect(skipped).toMatchObject([{ service: 'toy-web', why: 'frozen' }]);
    await expect(set(repository, { 'toy-web': tagOf(3) })).rejects.toMatchObject({
      code: 'environment-frozen',
    });
    await rollback(repository, { environment: 'dev', actor: actorAt(++clock) });
    expect(tagsOf(fixture)).toEqual([tagOf(1), tagOf(1)]);
  });
});

describe('the rollback of a following environment', () => {
  it('restores the tags and holds what it moves, in one commit that the updater does not undo', async () => {
    const { fixture, repository } = await open();
    await update(repository, { 'toy-web': tagOf(2) });
    await update(repository, { 'toy-web': tagOf(3), 'toy-service': tagOf(3) });
    const before = fixture.remoteGit('rev-parse', 'main');
    const actor = actorAt(++clock, 'it fails');
    const back = await rollback(repository, { environment: 'dev', actor, helm: async () => helm });
    expect(fixture.remoteGit('rev-parse', 'main^')).toBe(before);
    expect(tagsOf(fixture)).toEqual([tagOf(1), tagOf(2)]);
    expect(heldIn(fixture)).toEqual(['toy-service', 'toy-web']);
    expect(fileOf(fixture, 'environments/dev/holds.yaml')).toContain(
      `reason: "rolled back from ${tagOf(3)} to ${back.prepared.plan.to}: it fails"`,
    );
    expect(fileOf(fixture, 'helm/bitiq/Chart.yaml')).toContain(
      `appVersion: "toy-service-${tagOf(1)}_toy-web-${tagOf(2)}"`,
    );
    expect(
      fixture.remoteGit('log', '-1', '--format=%(trailers:key=Bitiq-To,key=Bitiq-Held)', 'main').trim(),
    ).toBe(
      `Bitiq-To: dev@${fixture.remoteGit('rev-parse', 'main~2').slice(0, 7)}\nBitiq-Held: toy-service, toy-web`,
    );
    const { skipped } = await update(repository, { 'toy-web': tagOf(4), 'toy-service': tagOf(3) });
    expect(skipped.map((each) => each.why)).toEqual(['held', 'held']);
    expect(tagsOf(fixture)).toEqual([tagOf(1), tagOf(2)]);

    // Again: further back, and the hold that is there stays the one.
    await rollback(repository, { environment: 'dev', actor: actorAt(++clock) });
    expect(tagsOf(fixture)).toEqual([tagOf(1), tagOf(1)]);
    expect(heldIn(fixture)).toEqual(['toy-service', 'toy-web']);
    await expect(rollback(repository, { environment: 'dev', actor: actorAt(++clock) })).rejects.toMatchObject(
      {
        code: 'action-denied',
      },
    );
    const to = `dev@${before.slice(0, 7)}`;
    await rollback(repository, { environment: 'dev', to, actor: actorAt(++clock) });
    expect(tagsOf(fixture)).toEqual([tagOf(3), tagOf(3)]);
    await expect(
      rollback(repository, { environment: 'dev', to: 'dev@1234567', actor: actorAt(++clock) }),
    ).rejects.toMatchObject({ code: 'release-missing' });
  });

  it('puts a hold without an end in the place of one that ends, and of no other', async () => {
    const { fixture, repository } = await open();
    await set(repository, { 'toy-service': tagOf(2), 'toy-web': tagOf(2) });
    const until = new Date('2026-02-01T00:00:00Z');
    await hold(repository, {
      ...{ environment: 'dev', services: ['toy-web'], until },
      actor: actorAt(++clock, 'a load test'),
    });
    await hold(repository, {
      environment: 'dev',
      services: ['toy-service'],
      actor: actorAt(++clock, 'it waits'),
    });
    const back = await rollback(repository, { environment: 'dev', actor: actorAt(++clock) });
    expect(back.prepared.plan.notes).toEqual([
      expect.stringMatching(/^toy-web is held now/),
      expect.stringMatching(
        /^This replaces a hold that would have ended: .* until 2026-02-01T00:00:00Z: a load test\.$/,
      ),
      'toy-service is already held.',
    ]);
    expect(heldIn(fixture)).toEqual(['toy-service', 'toy-web']);
    expect(fileOf(fixture, 'environments/dev/holds.yaml')).not.toContain('until: ');
    await updateEnvironment(repository, {
      environment: 'dev',
      images: imagesOf({ 'toy-web': tagOf(3) }),
      actor: { ...actorAt(++clock), now: new Date('2026-03-01T00:00:00Z') },
      helm,
    });
    expect(tagsOf(fixture)).toEqual([tagOf(1), tagOf(1)]);
  });

  it('keeps the tag of a service that was not there', async () => {
    const { fixture, repository } = await open();
    const values = fixture.read('helm/bitiq/values-dev.yaml');
    fixture.commit({
      'helm/bitiq/values-dev.yaml': values
        .slice(0, values.indexOf('  - name: toy-web'))
        .replace(tagOf(1), tagOf(7)),
    });
    fixture.commit({ 'helm/bitiq/values-dev.yaml': values });
    const back = await rollback(repository, { environment: 'dev', actor: actorAt(++clock) });
    expect(tagsOf(fixture)).toEqual([tagOf(7), tagOf(1)]);
    expect(back.prepared.plan.notes[0]).toMatch(/^toy-web was not in .* and keeps its tag/);
  });
});

describe('a release that cannot be undone', () => {
  it('is recorded, and stands in the way of a rollback across it alone', async () => {
    const { fixture, repository } = await open();
    const actor = () => actorAt(++clock);
    for (const commits of [2, 3, 4, 5]) {
      await set(repository, { 'toy-web': tagOf(commits) });
      const irreversible = commits === 4 ? 'drops the column "old"' : undefined;
      await promote(repository, { to: 'prod', actor: actor(), helm, irreversible });
    }
    expect(fixture.remoteGit('cat-file', '-p', 'prod/3')).toContain('irreversible: drops the column "old"\n');
    const back = (to: string, force = false) =>
      rollback(repository, { environment: 'prod', to, actor: actor(), force });
    await back('3');
    await expect(back('2')).rejects.toMatchObject({
      code: 'rollback-irreversible',
      message: expect.stringContaining('prod/3 cannot be undone: drops the column "old".') as string,
    });
    const forced = await back('1', true);
    expect(forced.prepared.plan.notes).toEqual(['prod/3 cannot be undone: drops the column "old".']);
    // A release that stands on prod/1 never had what prod/3 did; going on to prod/4 takes nothing back.
    await set(repository, { 'toy-web': tagOf(6) });
    await promote(repository, { to: 'prod', actor: actor(), helm });
    await back('1');
    await back('4');
    await expect(back('5')).rejects.toMatchObject({ code: 'rollback-irreversible' });
  });
});
