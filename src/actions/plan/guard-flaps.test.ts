import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../../../test/kit/gitops-repository.ts';
import { imagesOf } from '../../../test/kit/image-store.ts';
import { headOfMain, openRepository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { hold } from '../hold.ts';
import { unhold } from '../unhold.ts';
import { readLedger } from '../read/ledger.ts';
import { readConfig } from '../read/read-state.ts';
import { rollback } from '../rollback.ts';
import { setTags } from '../set.ts';
import { updateEnvironment } from '../update.ts';

const helm = process.env['BITIQ_HELM']!;
const holds = 'environments/dev/holds.yaml';

async function open() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  let clock = 0;
  const actor = (name = 'Ada') => ({ ...actorAt(++clock), name });
  return {
    fixture,
    repository,
    actor,
    web: () =>
      /toy-web\n\s+tag: (\S+)/.exec(fixture.remoteGit('show', 'main:helm/bitiq/values-dev.yaml'))?.[1],
    holds: () => fixture.remoteGit('show', `main:${holds}`),
    head: () => fixture.remoteGit('rev-parse', 'main').slice(0, 12),
    update: (tags: Record<string, string>) =>
      updateEnvironment(repository, {
        environment: 'dev',
        images: imagesOf(tags),
        actor: actor('bitiq updater'),
        helm,
      }),
    set: (tag: string) =>
      setTags(repository, { environment: 'dev', tags: new Map([['toy-web', tag]]), actor: actor(), helm }),
    unhold: () => unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actor() }),
  };
}

describe('automation', () => {
  it('never writes a tag again that a person took back, but holds the service, with the evidence, in the one commit', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    const came = at.head();
    await at.set(tagOf(1));
    const left = at.head();
    const { applied, skipped } = await at.update({ 'toy-web': tagOf(2), 'toy-service': tagOf(2) });
    expect(at.web()).toBe(tagOf(1));
    expect(skipped).toMatchObject([{ service: 'toy-web', tag: tagOf(2), why: 'flap' }]);
    expect(at.holds()).toContain(
      `reason: "${came} (update by bitiq updater <ada@example.com>) wrote ${tagOf(2)}, and ${left} (set by Ada <ada@example.com>) took it back to ${tagOf(1)}; automation does not write the same tag again"`,
    );
    expect(applied.prepared.plan.changes.map((each) => each.service)).toEqual(['toy-service']);
    expect(at.fixture.remoteGit('rev-list', '--count', `${left}..main`)).toBe('1');

    // Held like any other from now on, also for what is newer.
    const next = await at.update({ 'toy-web': tagOf(3), 'toy-service': tagOf(2) });
    expect(next.skipped.map((each) => each.why)).toEqual(['held']);
    expect(next.applied.prepared.plan.commits).toEqual([]);
  });

  it('puts only the hold when nothing else moves, also against a git revert', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    at.fixture.git('pull', '--quiet');
    at.fixture.git('revert', '--no-edit', 'HEAD');
    at.fixture.git('push', '--quiet', 'origin', 'main');
    const { applied } = await at.update({ 'toy-web': tagOf(2) });
    expect(applied.prepared.plan.changes).toEqual([]);
    expect(at.fixture.remoteGit('show', '--name-only', '--format=%s', 'main')).toBe(
      `dev: hold toy-web, which would flap\n\n${holds}`,
    );
  });

  it('takes a newer tag than the one that was taken back', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    await at.set(tagOf(1));
    await at.update({ 'toy-web': tagOf(3) });
    expect(at.web()).toBe(tagOf(3));
  });

  it('writes it again once a person lifts the hold, and stops again when it is taken back again', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    await rollback(at.repository, { environment: 'dev', actor: at.actor() });
    expect((await at.update({ 'toy-web': tagOf(2) })).skipped.map((each) => each.why)).toEqual(['held']);
    await at.unhold();
    await at.update({ 'toy-web': tagOf(2) });
    expect(at.web()).toBe(tagOf(2));
    await at.set(tagOf(1));
    expect((await at.update({ 'toy-web': tagOf(2) })).skipped.map((each) => each.why)).toEqual(['flap']);
    await at.unhold();
    await at.update({ 'toy-web': tagOf(2) });
    expect(at.web()).toBe(tagOf(2));
  });

  it('writes it again once a hold has ended by itself', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    await at.set(tagOf(1));
    const until = new Date(Date.UTC(2026, 0, 1, 0, 0, 4));
    await hold(at.repository, {
      environment: 'dev',
      services: ['toy-web'],
      actor: { ...at.actor(), reason: 'until noon' },
      until,
    });
    await at.update({ 'toy-web': tagOf(2) });
    expect(at.web()).toBe(tagOf(2));
  });

  it('writes nothing from a shallow clone, which lacks the history that would tell', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(2) });
    await at.set(tagOf(1));
    const clone = join(temporaryFolder(), 'clone');
    at.fixture.git('clone', '--quiet', '--depth', '1', `file://${at.fixture.remote}`, clone);
    const shallow = await openRepository(clone);
    const update = (tags: Record<string, string>) =>
      updateEnvironment(shallow, { environment: 'dev', images: imagesOf(tags), actor: at.actor(), helm });
    await expect(update({ 'toy-web': tagOf(2) })).rejects.toMatchObject({
      code: 'clone-shallow',
      fix: expect.stringContaining('fetch-depth: 0') as string,
    });
    await expect(rollback(shallow, { environment: 'dev', actor: at.actor() })).rejects.toMatchObject({
      code: 'clone-shallow',
    });
    // The first commit that is here adds every service, and that is not a move.
    const head = await headOfMain(shallow);
    const [dev] = (await readConfig(commitTree(shallow, head))).environments;
    expect(await readLedger(shallow, { head, environment: dev!, limit: 9 })).toEqual([]);
    expect((await update({})).applied.prepared.plan.commits).toEqual([]);
    expect(at.web()).toBe(tagOf(1));
    at.fixture.git('-C', clone, 'fetch', '--quiet', '--unshallow');
    expect((await update({ 'toy-web': tagOf(2) })).skipped).toMatchObject([{ why: 'flap' }]);
  });

  it('never moves a service down', async () => {
    const at = await open();
    await at.update({ 'toy-web': tagOf(3) });
    const head = at.head();
    const { skipped } = await at.update({ 'toy-web': tagOf(2) });
    expect(skipped).toEqual([]);
    expect(at.head()).toBe(head);
  });

  it('does not write where another updater does', async () => {
    const at = await open();
    const config = at.fixture.read('bitiq.yaml');
    at.fixture.commit({
      'bitiq.yaml': config.replace('follows: main', 'follows: main\n    writeBack: image-updater'),
    });
    await expect(at.update({ 'toy-web': tagOf(2) })).rejects.toMatchObject({ code: 'usage' });
  });
});
