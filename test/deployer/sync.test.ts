import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, manifestsOf, openKit, request, serviceOf, until, type Kit } from './kit.ts';

let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
  for (const tag of ['v1', 'v2', 'v3']) {
    for (const name of ['orders', 'billing', 'web']) await kit.images.add(`example.test/${name}`, tag);
  }
});
afterEach(() => kit.end());

it('brings every service up at an address of its own', async () => {
  const deployer = await kit.start({ directory: relative(process.cwd(), kit.directory) });
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

it('waits for an image that is not built yet, without holding the others up, and goes on when it is there', async () => {
  const deployer = await kit.start();
  const wanted = [
    { name: 'orders', tag: 'v9' },
    { name: 'billing', tag: 'v1' },
  ];
  const view = await deployer.sync(request(manifestsOf(...wanted)));
  expect(view.state).toBe('waiting');
  expect(serviceOf(view, 'billing')).toMatchObject({ health: 'healthy' });
  expect(serviceOf(view, 'orders')).toMatchObject({ wanted: 'v9', running: undefined, health: 'waiting' });
  expect(serviceOf(view, 'orders').message).toBe(
    'It waits for the image example.test/orders:v9 to be built.',
  );
  await expect(ask(deployer, 'orders')).rejects.toThrow();

  await kit.images.add('example.test/orders', 'v9');
  expect(await deployer.resume()).toMatchObject({ state: 'synced' });
  expect((await ask(deployer, 'orders')).tag).toBe('v9');
});

it('keeps a service on its old version while the image of the new one is not built, and looks again by itself', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1' })));
  const view = await deployer.sync(
    request(manifestsOf({ name: 'orders', tag: 'v9' }, { name: 'billing', tag: 'v2' })),
  );
  expect(serviceOf(view, 'orders')).toMatchObject({ wanted: 'v9', running: 'v1', health: 'degraded' });
  expect(serviceOf(view, 'billing')).toMatchObject({ running: 'v2', health: 'healthy' });

  await kit.images.add('example.test/orders', 'v9');
  await until('the built version runs', () => serviceOf(deployer.view(), 'orders').running === 'v9');
});

it('stops what Git has no longer', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1' })));
  const { pid } = await ask(deployer, 'billing');
  const view = await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  expect(view.services.map(({ service }) => service)).toEqual(['orders']);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('runs nothing for zero replicas, and says that it is stopped', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const { pid } = await ask(deployer, 'orders');
  const view = await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1', replicas: 0 })));
  expect(view).toMatchObject({
    state: 'synced',
    services: [{ service: 'orders', health: 'stopped', running: undefined }],
  });
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('gives a service its environment and nothing of this process', async () => {
  process.env.BITIQ_TEST_TOKEN = 'not for services';
  const deployer = await kit.start();
  const env = {
    GREETING: 'hello $(NAME)',
    NAME: 'x',
    ORDERS_URL: 'http://orders/api',
    BILLING: 'billing:80',
    PORT: '8080',
  };
  await deployer.sync(
    request(
      manifestsOf(
        { name: 'web', tag: 'v1', env },
        { name: 'orders', tag: 'v1' },
        { name: 'billing', tag: 'v1' },
      ),
    ),
  );
  const answer = await ask(deployer, 'web');
  const orders = serviceOf(deployer.view(), 'orders').url;
  const billing = serviceOf(deployer.view(), 'billing').url?.replace('http://', '');
  expect(answer.env).toMatchObject({
    GREETING: 'hello $(NAME)',
    ORDERS_URL: `${orders}/api`,
    BILLING: billing,
    BITIQ_TAG: 'v1',
  });
  expect(answer.env.PORT).not.toBe('8080');
  const own = [
    'PATH',
    'HOME',
    'TMPDIR',
    'LANG',
    'HOST',
    'PWD',
    'SHLVL',
    '_',
    'OLDPWD',
    'BITIQ_TAG',
    'PORT',
    ...Object.keys(env),
  ];
  expect(Object.keys(answer.env).filter((name) => !own.includes(name))).toEqual([]);
  delete process.env.BITIQ_TEST_TOKEN;
});

it('waits for secrets, says which file and keys, and restarts the service when they change', async () => {
  const deployer = await kit.start();
  const container = `          envFrom:
            - secretRef: { name: orders-database }
`;
  const externalSecret = `---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: orders-database }
spec:
  target: { name: orders-database }
  data:
    - { secretKey: DB_USER, remoteRef: { key: orders, property: user } }
    - { secretKey: DB_PASSWORD, remoteRef: { key: orders, property: password } }
`;
  const manifests =
    externalSecret + manifestsOf({ name: 'orders', tag: 'v1', container }, { name: 'billing', tag: 'v1' });
  const view = await deployer.sync(request(manifests));
  const file = join(kit.secretsDirectory, 'orders.env');
  expect(serviceOf(view, 'billing').health).toBe('healthy');
  expect(serviceOf(view, 'orders')).toMatchObject({
    health: 'waiting',
    message: `It needs secrets: write DB_USER, DB_PASSWORD into ${file} as KEY=value lines.`,
  });

  await writeFile(file, 'DB_USER=shop\nDB_PASSWORD="pass word"\nUNUSED=1\n');
  await until('the service runs', () => serviceOf(deployer.view(), 'orders').health === 'healthy');
  const first = await ask(deployer, 'orders');
  expect(first.env).toMatchObject({ DB_USER: 'shop', DB_PASSWORD: 'pass word' });
  expect(first.env.UNUSED).toBeUndefined();
  const { pid } = await ask(deployer, 'billing');

  await writeFile(file, 'DB_USER=shop\nDB_PASSWORD=rotated\n');
  await deployer.sync(request(manifests));
  expect((await ask(deployer, 'orders')).env.DB_PASSWORD).toBe('rotated');
  expect((await ask(deployer, 'billing')).pid).toBe(pid);
  const remembered = await readFile(join(kit.directory, 'current.json'), 'utf8');
  expect(remembered).not.toContain('rotated');
});

it('leaves to a cluster what a process cannot have, with the reason, and goes on with the others', async () => {
  const deployer = await kit.start();
  const web = manifestsOf({ name: 'web', tag: 'v1' });
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }) + web, 'dev@1111111'));
  const mounting = manifestsOf({ name: 'orders', tag: 'v2' }).replace(
    'emptyDir: {}',
    'configMap: { name: settings }',
  );
  const view = await deployer.sync(request(mounting + web, 'dev@2222222'));
  expect(view).toMatchObject({ state: 'synced', release: 'dev@2222222' });
  expect(serviceOf(view, 'orders')).toMatchObject({
    health: 'stopped',
    message: expect.stringContaining('It mounts the volume tmp (configMap)') as string,
  });
  expect(serviceOf(view, 'orders').running).toBeUndefined();
  expect((await ask(deployer, 'web')).tag).toBe('v1');
});

it('removes the unpacked images that nothing runs from', async () => {
  const deployer = await kit.start();
  for (const tag of ['v1', 'v2', 'v3']) await deployer.sync(request(manifestsOf({ name: 'orders', tag })));
  await until('one folder is left', async () => (await readdir(join(kit.directory, 'images'))).length === 1);
});

it('does only the newest of the states that wait, and gives up one whose version nobody wants any more', async () => {
  const deployer = await kit.start({ readyCapMs: 600_000 });
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }), 'dev@1111111'));
  const probe =
    'httpGet: { path: /healthz, port: http }\n            periodSeconds: 10\n            failureThreshold: 60';
  const stuck = deployer.sync(
    request(manifestsOf({ name: 'orders', tag: 'v2', env: { NEVER_READY: '1' }, probe }), 'dev@2222222'),
  );
  await until(
    'the version that never gets ready starts',
    () => serviceOf(deployer.view(), 'orders').health === 'starting',
  );
  const skipped = deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2' }), 'dev@3333333'));
  const newest = deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v3' }), 'dev@4444444'));
  for (const view of await Promise.all([stuck, skipped, newest])) {
    expect(view).toMatchObject({
      release: 'dev@4444444',
      state: 'synced',
      services: [{ running: 'v3', health: 'healthy' }],
    });
  }
  expect(kit.views.some(({ release }) => release === 'dev@3333333')).toBe(false);
});

it('runs a service that has no port, and shows no address for it', async () => {
  const deployer = await kit.start();
  await kit.images.add('example.test/worker', 'v1', {
    script: 'setInterval(() => console.log("tick"), 50);',
  });
  const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: { name: worker }
spec:
  template:
    spec:
      containers: [{ name: worker, image: 'example.test/worker:v1' }]
`;
  const view = await deployer.sync(request(manifests));
  expect(view).toMatchObject({
    state: 'synced',
    services: [{ running: 'v1', health: 'healthy', url: undefined }],
  });
});

it('tells every change of the view, and never one that says healthy for a version that does not serve', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2' })));
  const told = kit.views.map((view) => {
    const orders = view.services[0];
    return `${view.state} ${orders?.wanted ?? '-'} ${orders?.running ?? '-'} ${orders?.health ?? '-'}`;
  });
  expect([...new Set(told)]).toEqual([
    'syncing - - -',
    'syncing v1 - starting',
    'syncing v1 v1 healthy',
    'synced v1 v1 healthy',
    'syncing v2 v1 starting',
    'syncing v2 v2 healthy',
    'synced v2 v2 healthy',
  ]);
});
