import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTimeOf } from '../../src/process/process-tree.ts';
import { ask, manifestsOf, openKit, processesIn, request, serviceOf, until, type Kit } from './kit.ts';

let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
  for (const tag of ['v1', 'v2']) {
    for (const name of ['orders', 'billing']) await kit.images.add(`example.test/${name}`, tag);
  }
});
afterEach(() => kit.end());

it('comes back on exactly what ran before, at the same addresses, and then syncs forward', async () => {
  const first = await kit.start();
  await first.sync(
    request(manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1' }), 'dev@1111111'),
  );
  const url = serviceOf(first.view(), 'orders').url;
  await first.stop();

  kit.views.length = 0;
  const restored: string[] = [];
  const second = await kit.start({
    onRestored: ({ release, state }) => restored.push(`${release} ${state}`),
  });
  const changed = [
    { name: 'orders', tag: 'v2' },
    { name: 'billing', tag: 'v1' },
  ];
  const forward = second.sync(request(manifestsOf(...changed), 'dev@2222222'));
  expect(second.view()).toMatchObject({ release: 'dev@1111111', state: 'syncing' });
  expect(await forward).toMatchObject({ release: 'dev@2222222', state: 'synced' });
  expect(kit.views).toContainEqual(expect.objectContaining({ release: 'dev@1111111', state: 'synced' }));
  expect(restored).toEqual(['dev@1111111 synced']);
  expect(serviceOf(second.view(), 'orders')).toMatchObject({ url, running: 'v2' });
});

it('comes back on what it ran, not on a state that failed', async () => {
  const first = await kit.start();
  await first.sync(request(manifestsOf({ name: 'orders', tag: 'v1' }), 'dev@1111111'));
  await first.sync(
    request(manifestsOf({ name: 'orders', tag: 'v2', env: { CRASH_AT_START: 'x' } }), 'dev@2222222'),
  );
  await first.stop();
  const second = await kit.start();
  await until('it is back', () => second.view().state === 'synced');
  expect(second.view()).toMatchObject({
    release: 'dev@1111111',
    services: [{ running: 'v1', health: 'healthy' }],
  });
});

it('does not give up a service that did not start once, however often it is started again', async () => {
  const failing = join(kit.root, 'the-database-is-down');
  const script = `import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
if (existsSync(process.env.FAILS)) process.exit(1);
createServer((q, r) => r.end('{}')).listen(process.env.PORT, '127.0.0.1');`;
  await kit.images.add('example.test/orders', 'v3', { script });
  const both = manifestsOf(
    { name: 'orders', tag: 'v3', env: { FAILS: failing } },
    { name: 'billing', tag: 'v1' },
  );
  const first = await kit.start();
  expect((await first.sync(request(both, 'dev@1111111'))).state).toBe('synced');
  await first.stop();

  await writeFile(failing, '');
  const second = await kit.start();
  expect((await second.sync(request(both, 'dev@1111111'))).state).toBe('failed');
  await second.stop();
  await rm(failing);

  const third = await kit.start();
  await until('it is back', () => third.view().state !== 'syncing');
  expect(third.view()).toMatchObject({
    release: 'dev@1111111',
    state: 'synced',
    services: [
      { service: 'billing', health: 'healthy' },
      { service: 'orders', health: 'healthy' },
    ],
  });
});

it.each([
  ['one service never ran', { name: 'orders', tag: 'v1', env: { CRASH_AT_START: 'x' } }],
  ['one image is not there', { name: 'orders', tag: 'v9' }],
])('does not take a part of a state for the whole: %s', async (_, missing) => {
  const billing = { name: 'billing', tag: 'v1' };
  const first = await kit.start();
  await first.sync(request(manifestsOf(missing, billing), 'dev@1111111'));
  await first.stop();
  const restored: string[] = [];
  const second = await kit.start({ onRestored: ({ state }) => restored.push(state) });
  await until('it is back', () => second.view().state !== 'syncing');
  expect(second.view()).toMatchObject({
    state: 'waiting',
    services: [{ service: 'billing', health: 'healthy' }],
  });
  expect(restored).toEqual([]);
  const whole = manifestsOf({ name: 'orders', tag: 'v1' }, billing);
  expect((await second.sync(request(whole, 'dev@1111111'))).state).toBe('synced');
});

it('chooses a new address when another program has taken the old one', async () => {
  const first = await kit.start();
  await first.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const port = Number(new URL(serviceOf(first.view(), 'orders').url!).port);
  await first.stop();
  const other = createServer().listen(port, '127.0.0.1');
  await once(other, 'listening');
  const second = await kit.start();
  await until('it is back', () => second.view().state === 'synced');
  expect(serviceOf(second.view(), 'orders').url).not.toBe(`http://127.0.0.1:${port}`);
  expect((await ask(second, 'orders')).tag).toBe('v1');
  other.close();
});

it('refuses a second loop on the same environment', async () => {
  await kit.start();
  await expect(kit.start()).rejects.toMatchObject({ code: 'loop-running' });
});

/** Runs a built deployer in a process of its own; gives the ids of the services' processes. */
async function startElsewhere(manifests: string) {
  const file = join(kit.root, 'manifests.yaml');
  await writeFile(file, manifests);
  const script = fileURLToPath(new URL('./run-elsewhere.mjs', import.meta.url));
  const loop = spawn(process.execPath, [script, kit.root, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(loop, 'exit').then(() => Promise.reject(new Error('The loop ended by itself.')));
  ended.catch(() => {});
  const lines = createInterface({ input: loop.stdout });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  return { loop, pids: JSON.parse(line) as number[] };
}

it('leaves nothing running when the loop is killed, even when no loop ever starts again', async () => {
  const { loop, pids } = await startElsewhere(
    manifestsOf({ name: 'orders', tag: 'v1' }, { name: 'billing', tag: 'v1' }),
  );
  expect(pids).toHaveLength(2);
  loop.kill('SIGKILL');
  await once(loop, 'exit');
  await until('all have ended', () => processesIn(kit.root).length === 0);
});

it('ends what a killed loop left before anything else starts', async () => {
  const manifests = manifestsOf({ name: 'orders', tag: 'v1', env: { IGNORE_TERM: '1' }, grace: 1 });
  const { loop, pids } = await startElsewhere(manifests);
  loop.kill('SIGKILL');
  await once(loop, 'exit');
  await mkdir(join(kit.directory, 'images/0123.partial'), { recursive: true });
  const deployer = await kit.start();
  expect(await startTimeOf(pids[0]!)).toBeUndefined();
  expect(await readdir(join(kit.directory, 'images'))).not.toContain('0123.partial');
  await until('it is back', () => deployer.view().state === 'synced');
  expect((await ask(deployer, 'orders')).pid).not.toBe(pids[0]);
});

it('never ends a process that only has the recorded id', async () => {
  const innocent = spawn('sleep', ['100'], { detached: true });
  await mkdir(join(kit.directory, 'instances'), { recursive: true });
  const record = { service: 'orders', tag: 'v1', pid: innocent.pid, startTime: 'another-boot/123' };
  await writeFile(join(kit.directory, `instances/${innocent.pid}.json`), JSON.stringify(record));
  await writeFile(join(kit.directory, 'instances/77.json.partial'), '{"pid":');
  await kit.start();
  expect(innocent.exitCode).toBeNull();
  expect(process.kill(innocent.pid!, 0)).toBe(true);
  expect(await readdir(join(kit.directory, 'instances'))).toEqual([]);
  innocent.kill();
});

it('records an instance before it serves, and forgets it when it has ended', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const { pid } = await ask(deployer, 'orders');
  const record = JSON.parse(await readFile(join(kit.directory, `instances/${pid}.json`), 'utf8')) as object;
  expect(record).toMatchObject({ service: 'orders', tag: 'v1', pid });
  await deployer.stop();
  expect(await readdir(join(kit.directory, 'instances'))).toEqual([]);
});
