import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import { settingsFrom } from './settings.ts';

// One file, so that `npm test` starts one process: this runs on every push.

const closing: Server[] = [];
after(() => {
  for (const server of closing) server.close().closeAllConnections();
});

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** toy-web in front of a peer that answers in the given way. */
async function webBefore(peer: RequestListener | 'nothing', timeoutMs = 10_000): Promise<string> {
  const address = peer === 'nothing' ? await freeAddress() : await listen(createServer(peer));
  const settings = settingsFrom({
    TOY_SERVICE_URL: address,
    TOY_SERVICE_TIMEOUT_MS: String(timeoutMs),
    BITIQ_TAG: 'v0.1.0-3.gabc1234',
    BITIQ_COMMIT: 'abc1234',
  });
  return listen(createApp(settings).server);
}

/** An address where nothing listens. */
async function freeAddress(): Promise<string> {
  const server = createServer();
  const address = await listen(server);
  server.close();
  await once(server, 'close');
  return address;
}

const version = (tag: string) => JSON.stringify({ service: 'toy-service', tag, commit: 'def5678' });

describe('the page', () => {
  it('shows both versions', async () => {
    const asked: unknown[] = [];
    const url = await webBefore((request, response) => {
      asked.push(request.url);
      response.end(version('v2.0.0-1.gdef5678'));
    });
    const response = await fetch(url);
    const html = await response.text();
    assert.equal(response.status, 200);
    assert.deepEqual(asked, ['/version']);
    assert.match(html, /v0\.1\.0-3\.gabc1234/);
    assert.match(html, /v2\.0\.0-1\.gdef5678/);
    assert.doesNotMatch(html, /No answer/);
    assert.match(
      response.headers.get('content-security-policy') ?? '',
      /default-src 'none'; style-src 'sha256-/,
    );
  });

  it('escapes what toy-service says', async () => {
    const url = await webBefore((_, response) => response.end(version('<script>alert("1")</script>')));
    const html = await (await fetch(url)).text();
    assert.doesNotMatch(html, /<script>/);
    assert.match(html, /&lt;script&gt;alert\(&quot;1&quot;\)/);
  });

  const faults: [string, RequestListener | 'nothing', RegExp, number?][] = [
    ['is not there', 'nothing', /nothing listens at its address/],
    ['does not answer in time', () => {}, /did not answer within 0\.05 s/, 50],
    ['stops in the middle', (_, response) => void response.write('{'), /did not answer within 0\.05 s/, 50],
    ['fails', (_, response) => response.writeHead(503).end(), /answered with status 503/],
    ['redirects', (_, response) => response.writeHead(302, { location: '/' }).end(), /the call failed/],
    ['says something else', (_, response) => response.end('<html>'), /its answer says no version/],
    ['says too much', (_, response) => response.end(`"${'x'.repeat(1e6)}"`), /its answer says no version/],
    ['says null', (_, response) => response.end('null'), /its answer says no version/],
  ];
  for (const [fault, peer, reason, timeoutMs] of faults) {
    it(`says so when toy-service ${fault}, and stays healthy`, async () => {
      const url = await webBefore(peer, timeoutMs);
      const html = await (await fetch(url)).text();
      assert.match(html, /No answer/);
      assert.match(html, reason);
      assert.match(html, /v0\.1\.0-3\.gabc1234/);
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
    });
  }
});

describe('the other paths', () => {
  let url = '';
  before(async () => {
    url = await webBefore((_, response) => response.end(version('v2.0.0-1.gdef5678')));
  });

  it('/version is its own', async () => {
    assert.deepEqual(await (await fetch(`${url}/version`)).json(), {
      service: 'toy-web',
      tag: 'v0.1.0-3.gabc1234',
      commit: 'abc1234',
    });
  });

  it('/versions is both, for machines', async () => {
    const both = (await (await fetch(`${url}/versions`)).json()) as Record<
      string,
      { version: { tag: string } }
    >;
    assert.equal(both['toy-web']?.version.tag, 'v0.1.0-3.gabc1234');
    assert.equal(both['toy-service']?.version.tag, 'v2.0.0-1.gdef5678');
  });

  it('404 and 405 are JSON', async () => {
    assert.equal((await fetch(`${url}/nothing`)).status, 404);
    const wrong = await fetch(url, { method: 'POST' });
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD');
  });
});

describe('settings', () => {
  it('name the variable that cannot be used, and keep its value to themselves', () => {
    for (const address of ['toy-service', 'ftp://toy-service', 'http://user:hidden@toy-service']) {
      assert.throws(
        () => settingsFrom({ TOY_SERVICE_URL: address }),
        (error: Error) => /TOY_SERVICE_URL/.test(error.message) && !error.message.includes('hidden'),
      );
    }
  });
});

describe('the process', () => {
  it('ends with 0 on SIGTERM', async (test) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('server.js', import.meta.url))], {
      env: { ...process.env, PORT: '0', HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => child.kill('SIGKILL'));
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0);
  });
});
