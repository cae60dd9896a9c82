import { spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { takeFreePort } from '../../src/local/deployer/local-ports.ts';
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
  for (const tag of tags.slice(1)) {
    expect(await deployer.sync(request(manifestsOf({ name: 'orders', tag })))).toMatchObject({
      state: 'synced',
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  hammering.abort();
  await Promise.all(clients);
  agent.destroy();
  expect(failures).toEqual([]);
  expect([...seen].sort()).toEqual(tags);
  expect(requests).toBeGreaterThan(200);
});

it('lets an answer that has begun come to its end from the version that began it', async () => {
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const response = await fetch(`${serviceOf(deployer.view(), 'orders').url}/stream`);
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v2' })));
  expect((await ask(deployer, 'orders')).tag).toBe('v2');
  expect(await response.text()).toBe(Array.from({ length: 8 }, (_, n) => `v1 ${n + 1}\n`).join(''));
});

it('has the new version serving at most 250 ms after what its own start takes', async () => {
  const ownStart = await timeOfStart();
  const deployer = await kit.start();
  await deployer.sync(request(manifestsOf({ name: 'orders', tag: 'v1' })));
  const times: number[] = [];
  for (const tag of tags.slice(1)) {
    const began = performance.now();
    await deployer.sync(request(manifestsOf({ name: 'orders', tag })));
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  expect(times[2]! - ownStart, `of ${times.map(Math.round).join(', ')} ms`).toBeLessThan(250);
});

/** Milliseconds from the start of the kit's service by hand to its first answer. */
async function timeOfStart(): Promise<number> {
  const port = await takeFreePort();
  const began = performance.now();
  const server = spawn('node', [join(import.meta.dirname, 'service.mjs')], {
    env: { ...process.env, PORT: String(port) },
  });
  await until('it answers', () =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const took = performance.now() - began;
  server.kill('SIGKILL');
  return took;
}
