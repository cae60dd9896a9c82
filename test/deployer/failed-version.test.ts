import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, manifestsOf, openKit, processesIn, request, serviceOf, until, type Kit } from './kit.ts';

let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
  for (const tag of ['v1', 'v2']) {
    for (const name of ['orders', 'billing', 'web']) await kit.images.add(`example.test/${name}`, tag);
  }
});
afterEach(() => kit.end());

/** A readiness probe whose time is never waited for. */
const patient =
  'httpGet: { path: /healthz, port: http }\n            periodSeconds: 10\n            failureThreshold: 60';
const crash = { CRASH_AT_START: 'db.example.test' };

it('switches nothing that ran when one changed service ends at its start, and tells its last lines', async () => {
  const deployer = await kit.start({ readyCapMs: 600_000 });
  await deployer.sync(
    request(manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1' }), 'dev@1111111'),
  );
  const before = await Promise.all(['orders', 'billing'].map((name) => ask(deployer, name)));
  const asked = request(
    manifestsOf({ name: 'orders', tag: 'v2' }, { name: 'billing', tag: 'v2', env: crash, probe: patient }),
    'dev@2222222',
  );
  const view = await deployer.sync(asked);
  expect(view).toMatchObject({ state: 'failed', release: 'dev@2222222' });
  expect(view.message).toBe(
    [
      'dev@2222222 was not reached. billing v2 ended with exit code 3 before it was ready.',
      '  | cannot open the database at db.example.test',
      'The environment stays on dev@1111111.',
    ].join('\n'),
  );
  expect(serviceOf(view, 'billing')).toMatchObject({ wanted: 'v2', running: 'v1', health: 'degraded' });
  expect(serviceOf(view, 'orders')).toMatchObject({ wanted: 'v2', running: 'v1', health: 'degraded' });
  const after = await Promise.all(['orders', 'billing'].map((name) => ask(deployer, name)));
  expect(after.map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
  const own = () => processesIn(kit.root).filter((line) => !line.includes('/bin/sh'));
  await until('only what ran before runs', () => own().length === 2);

  const fixed = await deployer.sync(
    request(manifestsOf({ name: 'orders', tag: 'v2' }, { name: 'billing', tag: 'v2' })),
  );
  expect(fixed).toMatchObject({ state: 'synced', message: undefined });
});

it('gives a version that never answers its probe the time of the probe, while one that is ready waits for it', async () => {
  const deployer = await kit.start({ readyCapMs: 600_000 });
  const before = [
    { name: 'orders', tag: 'v1' },
    { name: 'billing', tag: 'v1' },
  ];
  await deployer.sync(request(manifestsOf(...before), 'dev@1111111'));
  const { pid } = await ask(deployer, 'billing');
  const probe =
    'httpGet: { path: /healthz, port: 8080 }\n            periodSeconds: 1\n            failureThreshold: 1';
  const began = performance.now();
  const asked = manifestsOf(
    { name: 'orders', tag: 'v2', env: { NEVER_READY: '1' }, probe },
    { name: 'billing', tag: 'v2' },
  );
  const view = await deployer.sync(request(asked));
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(1000);
  // On a slow machine it does not even listen by then.
  expect(view.message).toMatch(/orders v2 was not ready after 1 s: (GET \/healthz|nothing listens)/);
  expect(serviceOf(view, 'orders').running).toBe('v1');
  expect(kit.views.flatMap((seen) => seen.services.map(({ running }) => running))).not.toContain('v2');
  expect((await ask(deployer, 'billing')).pid).toBe(pid);
});

it('lets services that never ran come up beside one that fails', async () => {
  const deployer = await kit.start();
  const asked = request(
    manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1', env: crash }),
  );
  const view = await deployer.sync(asked);
  expect(view.state).toBe('failed');
  expect(serviceOf(view, 'orders')).toMatchObject({ running: 'v1', health: 'healthy' });
  expect(serviceOf(view, 'billing')).toMatchObject({ running: undefined, health: 'degraded' });
  expect((await ask(deployer, 'orders')).tag).toBe('v1');
});

it('names the program that this machine does not have', async () => {
  const deployer = await kit.start();
  await kit.images.add('example.test/web', 'v3', { config: { command: ['no-such-program'] } });
  const view = await deployer.sync(request(manifestsOf({ name: 'web', tag: 'v3' })));
  expect(view.message).toMatch(
    /web v3 ended with exit code 127 before it was ready\.\n {2}\| .*no-such-program.*not found/,
  );
});

it('shows no secret in the lines that it tells', async () => {
  await writeFile(`${kit.secretsDirectory}/orders.env`, 'DATABASE=postgres-secret-address\n');
  const container = `          env:
            - name: CRASH_AT_START
              valueFrom: { secretKeyRef: { name: orders, key: DATABASE } }
`;
  const deployer = await kit.start();
  const view = await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1', container })));
  expect(view.message).toContain('cannot open the database at ***');
  expect(JSON.stringify(kit.views)).not.toContain('postgres-secret-address');
});
