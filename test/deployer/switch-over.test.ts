import { Agent, get } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ask, manifestsOf, openKit, request, serviceOf, until, type Kit } from './kit.ts';

let kit: Kit;
const tags = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'];
beforeEach(async () => {
  kit = await openKit();
  for (const tag of tags) await kit.images.add('example.test/orders', tag);
});
afterEach(() => kit.end());

function fetchTag(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve((JSON.parse(text) as { tag: string }).tag);
        else reject(new Error(`answered ${response.statusCode}`));
      });
      response.on('error', reject);
    }).on('error', reject);
  });
}

it.each([
  ['kept connections', true],
  ['a new connection each', false],
])('fails no request while versions switch under load (%s)', async (_, keepAlive) => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const url = serviceOf(deployer.view(), 'orders').url!;
  const agent = new Agent({ keepAlive, maxSockets: 8 });
  const seen = new Set<string>();
  const failures: string[] = [];
  let requests = 0;
  const hammering = new AbortController();
  const clients = Array.from({ length: 8 }, async (__, index) => {
    while (!hammering.signal.aborted) {
      await fetchTag(index === 0 ? `${url}/slow` : url, agent).then(
        (tag) => seen.add(tag),
        (error: Error) => failures.push(error.message),
      );
      requests += 1;
      if (index > 4) await new Promise((resolve) => setTimeout(resolve, 30)); // connections that idle between requests
    }
  });
  for (const tag of tags) {
    expect(await deployer.sync(request(manifestsOf({ name: 'orders', tag })))).toMatchObject({
      state: 'synced',
    });
    await until(`${tag} answers`, () => seen.has(tag));
  }
  // Also the slow answers that began before the last switch.
  await until('many requests', () => requests > 200);
  hammering.abort();
  await Promise.all(clients);
  agent.destroy();
  expect(failures).toEqual([]);
  expect([...seen].sort()).toEqual(tags);
});

it('lets an answer that has begun come to its end from the version that began it', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const response = await fetch(`${serviceOf(deployer.view(), 'orders').url}/stream`);
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2' })));
  expect((await ask(deployer, 'orders')).tag).toBe('v2');
  expect(await response.text()).toBe(Array.from({ length: 8 }, (_, n) => `v1 ${n + 1}\n`).join(''));
});

it('has the new version serving as soon as it is ready, not when its probe comes round', async () => {
  const probe =
    'httpGet: { path: /healthz, port: http }\n            periodSeconds: 600\n            failureThreshold: 1';
  const deployer = await kit.start({ readyCapMs: 600_000 });
  for (const tag of ['v1', 'v2']) {
    const env = { START_MS: '300' };
    await deployer.sync(request(manifestsOf({ name: 'orders', tag, env, probe })));
    expect((await ask(deployer, 'orders')).tag).toBe(tag);
  }
});
