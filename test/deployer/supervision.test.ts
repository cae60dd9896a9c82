import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, manifestsOf, openKit, processesIn, request, serviceOf, until, type Kit } from './kit.ts';

let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
  for (const tag of ['v1', 'v2']) await kit.images.add('example.test/orders', tag);
});
afterEach(() => kit.end());

/** Whether any view told so far says this of orders. */
function hasTold(words: string): boolean {
  return kit.views.some((view) =>
    view.services.some(({ service, message }) => service === 'orders' && (message ?? '').includes(words)),
  );
}

it('notices a service that dies, shows it, and starts it again at the same address', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const { url } = serviceOf(deployer.view(), 'orders');
  const { pid } = await ask(deployer, 'orders');
  await ask(deployer, 'orders', '/die').catch(() => {});
  // Told views, as the state itself lasts only for the wait before the next start.
  const degraded = () =>
    kit.views
      .flatMap(({ services }) => services)
      .find(({ service, health }) => service === 'orders' && health === 'degraded');
  await until('a view shows it', () => degraded() !== undefined);
  const shown = degraded()!;
  expect(shown.running).toBeUndefined();
  expect(shown.message).toMatch(
    /^It is started again 0\.2 s after it failed \(1 in a row\): orders v1 ended with exit code 7\./,
  );
  await until('it runs again', () => serviceOf(deployer.view(), 'orders').health === 'healthy');
  const again = await ask(deployer, 'orders');
  expect(again.pid).not.toBe(pid);
  expect(serviceOf(deployer.view(), 'orders').url).toBe(url);
});

it('waits longer after each failure in a row, and is replaced at once by a new version', async () => {
  const deployer = await kit.start();
  await kit.images.add('example.test/orders', 'v3', {
    script: `import { createServer } from 'node:http';
import { existsSync, writeFileSync } from 'node:fs';
if (existsSync('was-here')) process.exit(9);
writeFileSync('was-here', '');
createServer((q, r) => (q.url === '/die' ? process.exit(8) : r.end('{}'))).listen(process.env.PORT);`,
  });
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v3' })));
  await ask(deployer, 'orders', '/die').catch(() => {});
  await until('the third failure', () => hasTold('It is started again 0.8 s after it failed (3 in a row)'));
  const view = await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  expect(serviceOf(view, 'orders')).toMatchObject({ running: 'v1', health: 'healthy' });
});

it('restarts a service whose liveness probe fails', async () => {
  const deployer = await kit.start();
  const liveness =
    'httpGet: { path: /livez, port: http }\n            periodSeconds: 0.1\n            timeoutSeconds: 60\n            failureThreshold: 2';
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1', liveness })));
  const { pid } = await ask(deployer, 'orders', '/hang');
  await until('a view tells the probe', () =>
    hasTold('failed its liveness probe 2 times: GET /livez answered 500'),
  );
  await until('it runs again', () => serviceOf(deployer.view(), 'orders').health === 'healthy');
  expect((await ask(deployer, 'orders')).pid).not.toBe(pid);
});

it('kills what ignores SIGTERM, with all of its children, when it stops', async () => {
  const deployer = await kit.start({ shutdownGraceMs: 300 });
  await kit.images.add('example.test/orders', 'v4', {
    script: `import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
process.on('SIGTERM', () => {});
spawn('sh', ['-c', 'trap "" TERM; sleep 100 & wait; sleep 100'], { stdio: 'ignore' });
createServer((q, r) => r.end('{}')).listen(process.env.PORT);`,
  });
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v4', grace: 600 })));
  await until('its children run', () => processesIn(kit.root).length > 3);
  await deployer.stop();
  await until('nothing is left', () => processesIn(kit.root).length === 0);
  expect(serviceOf(deployer.view(), 'orders').health).toBe('stopped');
});

it('leaves nothing when it is stopped while a version starts', async () => {
  const deployer = await kit.start();
  void deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1', env: { START_MS: '60000' } })));
  await until('it starts', () => processesIn(kit.root).length > 0);
  await deployer.stop();
  expect(processesIn(kit.root)).toEqual([]);
});

it('keeps what a service prints in a log', async () => {
  const deployer = await kit.start();
  await deployer.sync(
    request(manifestsOf({ name: 'orders', tag: 'v1', env: { LOG_TEXT: 'an order came in' } })),
  );
  const { pid } = await ask(deployer, 'orders', '/log');
  const log = () => readFile(join(kit.directory, 'logs/orders.log'), 'utf8');
  await until('the line is there', async () => (await log()).includes('an order came in'));
  expect(await log()).toBe(`v1 starts as ${pid}\nan order came in\n`);
});

it('does not wait for connections of an earlier version when it stops', async () => {
  const deployer = await kit.start({ shutdownGraceMs: 600_000 });
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1', grace: 600 })));
  const client = connect(Number(new URL(serviceOf(deployer.view(), 'orders').url!).port), '127.0.0.1');
  client.on('error', () => {});
  client.write('GET /stream HTTP/1.1\r\nhost: a\r\nupgrade: other\r\n\r\n'); // no boundary is known after this
  await once(client, 'data');
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2', grace: 600 })));
  expect(processesIn(kit.root).filter((line) => line.includes('BITIQ_TAG=v1'))).not.toEqual([]);
  await deployer.stop();
});
