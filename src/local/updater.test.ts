import { join } from 'node:path';
import { expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { storeImage } from '../../test/kit/image-store.ts';
import { rollback } from '../actions/rollback.ts';
import { unhold } from '../actions/unhold.ts';
import { openRepository } from '../git/repository.ts';
import { startUpdater, type UpdaterOptions } from './updater.ts';

const service = 'ghcr.io/bitiq-io/toy-service';
const web = 'ghcr.io/bitiq-io/toy-web';

async function open() {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const imageStore = join(temporaryFolder(), 'images');
  const told: string[] = [];
  let asked = 0;
  let happened = (): void => {};
  const tell = (text: string): void => {
    told.push(text);
    happened();
  };
  const start = (options: Partial<UpdaterOptions> = {}) =>
    startUpdater({
      repository,
      imageStore,
      sourceOf: () => '/nowhere',
      helm: process.env['BITIQ_HELM']!,
      clock: () => new Date(Date.UTC(2026, 0, 2)),
      onUpdated: (_, { prepared }) =>
        tell(`updated ${prepared.plan.changes.map((change) => change.to).join()}`),
      onSkipped: (_, message) => tell(`skipped ${message}`),
      onProblem: (message) => tell(`problem ${message}`),
      ...options,
      isBuilding: () => {
        asked += 1;
        return options.isBuilding?.() ?? false;
      },
    });
  return {
    fixture,
    repository,
    imageStore,
    told,
    start,
    /** How often it was asked whether builds are under way: each update begins with a no. */
    asked: () => asked,
    /** Done when the next thing is told after `act`. */
    next: (act: () => void): Promise<void> =>
      new Promise((resolve) => {
        happened = resolve;
        act();
      }),
  };
}

it('leaves a rollback of dev alone, says so once, and goes on when the hold is lifted', async () => {
  const { fixture, repository, imageStore, told, start, asked, next } = await open();
  await storeImage(imageStore, web, tagOf(2));
  const updater = start();
  await next(updater.notice);
  await rollback(repository, { environment: 'dev', actor: actorAt(1) });
  const rolledBack = fixture.remoteGit('rev-parse', 'main');
  await next(updater.notice);
  // The same again is no news, and changes nothing either.
  const before = asked();
  updater.notice();
  await expect.poll(asked).toBe(before + 1);
  await updater.close();
  expect(fixture.remoteGit('rev-parse', 'main')).toBe(rolledBack);
  const held = expect.stringMatching(
    /^skipped toy-web stays, although .* exists: Ada .* has held toy-web since/,
  );
  expect(told).toEqual([`updated ${tagOf(2)}`, held]);

  const another = start();
  await next(another.notice);
  await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(2) });
  await next(another.retry);
  await another.close();
  expect(told.slice(2)).toEqual([held, `updated ${tagOf(2)}`]);
});

it('waits for the builds that are under way, so that what they bring comes in one commit', async () => {
  const { fixture, imageStore, told, start, asked, next } = await open();
  const before = Number(fixture.remoteGit('rev-list', '--count', 'main'));
  let isBuilding = true;
  const updater = start({ isBuilding: () => isBuilding, waitAtMost: 600_000 });
  await next(() => {
    void (async () => {
      await storeImage(imageStore, web, tagOf(2));
      updater.notice();
      await expect.poll(asked).toBeGreaterThan(1);
      await storeImage(imageStore, service, tagOf(2));
      isBuilding = false;
    })();
  });
  await updater.close();
  expect(told).toEqual([`updated ${tagOf(2)},${tagOf(2)}`]);
  expect(Number(fixture.remoteGit('rev-list', '--count', 'main'))).toBe(before + 1);
});

it('waits for a build no longer than it may', async () => {
  const { imageStore, told, start, next } = await open();
  await storeImage(imageStore, web, tagOf(2));
  const updater = start({ isBuilding: () => true, waitAtMost: 100 });
  await next(updater.notice);
  await updater.close();
  expect(told).toEqual([`updated ${tagOf(2)}`]);
});
