import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import { bodyLimit } from './echo.ts';
import { settingsFrom } from './settings.ts';

// One file, so that `npm test` starts one process: this runs on every push.

describe('answers', () => {
  const version = { service: 'toy-service', tag: 'v0.1.0-3.gabc1234', commit: 'abc1234' };
  const app = createApp(version);
  let url = '';
  before(async () => {
    app.server.listen(0, '127.0.0.1');
    await once(app.server, 'listening');
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  });
  after(() => app.server.close());

  it('/healthz with 200 while it runs and 503 while it shuts down', async () => {
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    app.shutDown.begun = true;
    const stopping = await fetch(`${url}/healthz`);
    app.shutDown.begun = false;
    assert.equal(stopping.status, 503);
    assert.equal(stopping.headers.get('connection'), 'close');
  });

  it('/version with what was built', async () => {
    assert.deepEqual(await (await fetch(`${url}/version`)).json(), version);
  });

  it('/echo with what was asked, and no secret header', async () => {
    const response = await fetch(`${url}/echo?a=1&a=2&b=%zz&__proto__=x`, {
      method: 'POST',
      headers: { authorization: 'Bearer hidden', 'x-request-id': 'r1', 'content-type': 'text/plain' },
      body: 'héllo',
    });
    const text = await response.text();
    const body = JSON.parse(text) as Record<string, unknown>;
    assert.equal(body['method'], 'POST');
    assert.equal(body['path'], '/echo');
    assert.equal(body['body'], 'héllo');
    assert.match(text, /"query":\{"a":\["1","2"\],"b":\["%zz"\],"__proto__":\["x"\]\}/);
    assert.match(text, /"x-request-id":"r1"/);
    assert.doesNotMatch(text, /hidden/);
  });

  it('413 to a body past the limit, announced or streamed', async () => {
    const announced = await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(bodyLimit + 1) });
    assert.equal(announced.status, 413);
    const atLimit = await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(bodyLimit) });
    assert.equal(atLimit.status, 200);
    const chunk = `${(bodyLimit + 1).toString(16)}\r\n${'x'.repeat(bodyLimit + 1)}\r\n`;
    assert.match(
      await raw(url, `POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`),
      / 413 /,
    );
  });

  it('404 and 405 as JSON', async () => {
    const missing = await fetch(`${url}/nothing`);
    assert.equal(missing.status, 404);
    assert.equal(((await missing.json()) as { path: string }).path, '/nothing');
    const wrong = await fetch(`${url}/version`, { method: 'POST' });
    assert.equal(wrong.status, 405);
    assert.equal(wrong.headers.get('allow'), 'GET, HEAD');
  });

  it('targets that are no path without falling over', async () => {
    for (const [target, status] of [
      ['//', 404],
      ['/%', 404],
      ['/%E0%A4%A', 404],
      ['*', 400],
      ['http://[bad', 400],
      ['/version?%', 200],
    ] as const) {
      const answer = await raw(url, `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      assert.match(answer, new RegExp(` ${status} `), target);
    }
  });
});

describe('settings', () => {
  it('have defaults', () => {
    const settings = settingsFrom({});
    assert.equal(settings.port, 8080);
    assert.equal(settings.version.tag, 'unknown');
  });

  it('name the variable that cannot be used', () => {
    assert.throws(() => settingsFrom({ PORT: '80x' }), /PORT/);
    assert.throws(() => settingsFrom({ PORT: '65536' }), /PORT/);
  });
});

describe('the process', () => {
  it('finishes a running request after SIGTERM, takes no new one, and ends with 0', async (test) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('server.js', import.meta.url))], {
      env: { ...process.env, PORT: '0', HOST: '127.0.0.1', BITIQ_TAG: 'v1.2.3-4.gabcdef0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => child.kill('SIGKILL'));
    const lines: Record<string, unknown>[] = [];
    const listening = new Promise<number>((resolve) => {
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) lines.push(JSON.parse(line) as Record<string, unknown>);
        const first = lines[0];
        if (first?.['message'] === 'listening') resolve(Number(first['port']));
      });
    });
    const died = once(child, 'exit').then(() => assert.fail('It ended before it listened.'));
    died.catch(() => {});
    const port = await Promise.race([listening, died]);

    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    const running = connect(port, '127.0.0.1').setEncoding('utf8');
    let answer = '';
    running.on('data', (text: string) => (answer += text));
    running.write(
      'POST /echo?token=hidden HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n',
    );
    while (!answer.includes('100 Continue')) await once(running, 'data');

    child.kill('SIGTERM');
    await once(idle.resume(), 'close');
    const refused = connect(port, '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    running.write('done');
    const [code] = (await once(child, 'close')) as [number];

    assert.equal(code, 0);
    assert.match(answer, /HTTP\/1.1 200 OK[\s\S]*"body":"done"/);
    assert.deepEqual(
      lines.map((line) => [line['level'], line['message']]),
      [
        ['info', 'listening'],
        ['info', 'shutting down'],
        ['info', 'request'],
        ['info', 'stopped'],
      ],
    );
    assert.equal(lines[0]?.['tag'], 'v1.2.3-4.gabcdef0');
    assert.equal(lines[2]?.['path'], '/echo');
    assert.doesNotMatch(JSON.stringify(lines), /hidden/);
  });
});

/** What the server sends back to bytes that no HTTP client would send. */
function raw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
