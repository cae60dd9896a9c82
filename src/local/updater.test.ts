import { join } from 'node:path';
import { expect, it } from 'vitest';
import { actorAt, gitOpsRepository, tagOf, temporaryFolder } from '../../test/kit/gitops-repository.ts';
import { storeImage } from '../../test/kit/image-store.ts';
import { rollBack } from '../actions/roll-back.ts';
import { unhold } from '../actions/hold.ts';
import { openRepository } from '../git/repository.ts';
import { startUpdater } from './updater.ts';

it('leaves a rollback of dev alone, says so once, and goes on when the hold is lifted', async () => {
  const fixture = gitOpsRepository();
  const repository = await openRepository(fixture.remote);
  const imageStore = join(temporaryFolder(), 'images');
  const told: string[] = [];
  let happened = (): void => {};
  const updater = startUpdater({
    repository,
    imageStore,
    sourceOf: () => '/nowhere',
    helm: process.env['BITIQ_HELM']!,
    clock: () => new Date(Date.UTC(2026, 0, 2)),
    isBuilding: () => false,
    onUpdated: (_, { prepared }) => {
      told.push(`updated ${prepared.plan.changes.map((change) => change.to).join()}`);
      happened();
    },
    onSkipped: (_, message) => {
      told.push(`skipped ${message}`);
      happened();
    },
    onProblem: (message) => {
      told.push(`problem ${message}`);
      happened();
    },
  });
  const next = (start: () => void): Promise<void> =>
    new Promise((resolve) => {
      happened = resolve;
      start();
    });
  await storeImage(imageStore, 'ghcr.io/bitiq-io/toy-web', tagOf(2));

  await next(updater.notice);
  await rollBack(repository, { environment: 'dev', actor: actorAt(1) });
  const rolledBack = fixture.remoteGit('rev-parse', 'main');
  await next(updater.notice);
  // The same again is no news, and changes nothing either.
  updater.notice();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(fixture.remoteGit('rev-parse', 'main')).toBe(rolledBack);
  await unhold(repository, { environment: 'dev', services: ['toy-web'], actor: actorAt(2) });
  await next(updater.retry);
  await updater.close();
  expect(told).toEqual([
    `updated ${tagOf(2)}`,
    expect.stringMatching(/^skipped toy-web stays, though .* is there: toy-web is held by Ada/),
    `updated ${tagOf(2)}`,
  ]);
});
