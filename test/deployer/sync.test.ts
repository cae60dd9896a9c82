import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, manifestsOf, openKit, request, serviceOf, type Kit } from './kit.ts';

let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
  for (const tag of ['v1', 'v2', 'v3']) {
    for (const name of ['orders', 'billing', 'web']) await kit.images.add(`example.test/${name}`, tag);
  }
});
afterEach(() => kit.end());

it('brings every service up at an address of its own', async () => {
  const deployer = await kit.start();
  const asked = request(manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v2' }));
  const view = await deployer.sync(asked);
  expect(view).toMatchObject({
    environment: 'dev',
    release: asked.release,
    revision: asked.revision,
    manifestDigest: asked.manifestDigest,
    releaseId: asked.releaseId,
    state: 'synced',
    services: [
      { service: 'billing', wanted: 'v2', running: 'v2', health: 'healthy' },
      { service: 'orders', wanted: 'v1', running: 'v1', health: 'healthy' },
    ],
  });
  expect((await ask(deployer, 'orders')).tag).toBe('v1');
  expect((await ask(deployer, 'billing')).tag).toBe('v2');
});

it('restarts exactly the service whose Pod template changed', async () => {
  const deployer = await kit.start();
  const others = ['billing', 'web'].map((name) => ({ name, tag: 'v1' }));
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }, ...others)));
  const pids = await Promise.all(['billing', 'web'].map(async (name) => (await ask(deployer, name)).pid));
  const view = await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2' }, ...others)));
  expect(serviceOf(view, 'orders')).toMatchObject({ running: 'v2', health: 'healthy' });
  expect((await ask(deployer, 'orders')).tag).toBe('v2');
  expect(await Promise.all(['billing', 'web'].map(async (name) => (await ask(deployer, name)).pid))).toEqual(
    pids,
  );
});
