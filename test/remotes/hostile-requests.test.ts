import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import type { HookRequest } from '../../src/local/webhooks/serve-hooks.ts';
import { loopServer } from './loop-server.ts';
import { temporaryFolder } from './workshop.ts';

/** A server of the loop that keeps what its webhook gets. */
async function started(): Promise<{ port: number; url: string; hooks: HookRequest[] }> {
  const root = await temporaryFolder();
  const hooks: HookRequest[] = [];
  const { port, url } = await loopServer(root, {
    hooks: {
      seenFile: join(root, 'seen.json'),
      bodyLimit: 10_000,
      bodyTimeout: 500,
      onHook: (hook) => {
        hooks.push(hook);
        return Promise.resolve({ status: 202, body: '{}' });
      },
    },
  });
  return { port, url, hooks };
}

/** Sends bytes as they are, and gives the answer's first line. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.write(text);
  await expect.poll(() => answer.includes('\r\n') || socket.destroyed).toBe(true);
  socket.destroy();
  return answer.split('\r\n')[0]!;
}

const head = (more: string) => `POST /hooks HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`;

it('takes a webhook in chunks and one that is compressed as the bytes that were sent', async () => {
  const { port, hooks } = await started();
  expect(await raw(port, `${head('Transfer-Encoding: chunked\r\n')}2\r\n{}\r\n0\r\n\r\n`)).toContain(' 202 ');
  const packed = gzipSync(Buffer.alloc(1_000_000));
  const sent = request(`http://127.0.0.1:${port}/hooks`, {
    method: 'POST',
    headers: { 'content-encoding': 'gzip' },
  });
  sent.end(packed);
  const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  expect(answer.statusCode).toBe(202);
  expect(hooks.map(({ body }) => body.length)).toEqual([2, packed.length]);
});

it('refuses a body that is too large, too slow or of an unclear length, and acts on none', async () => {
  const { port, hooks } = await started();
  const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
  for (const [status, text] of [
    [413, `${head('Transfer-Encoding: chunked\r\n')}${chunk}${chunk}0\r\n\r\n`],
    [413, head('Content-Length: 99999999999\r\n')],
    [408, `${head('Content-Length: 100\r\n')}{`],
    [400, `${head('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\n`],
    [400, `${head('Content-Length: 2\r\nContent-Length: 3\r\n')}{}`],
    [400, head('Content-Length: -1\r\n')],
    [400, 'nonsense\r\n\r\n'],
  ] as const)
    expect(await raw(port, text), text.slice(0, 90)).toContain(` ${status} `);
  expect(hooks).toEqual([]);
});

it('answers while a thousand connections are open that say nothing or half a head', async () => {
  const { port, url } = await started();
  const idle: Socket[] = [];
  onTestFinished(() => idle.forEach((socket) => socket.destroy()));
  for (let number = 0; number < 1000; number++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    idle.push(socket);
    await once(socket, 'connect');
    if (number % 2 === 0) socket.write('GET / HTTP/1.1\r\nHost: 127');
  }
  expect(await (await fetch(`${url}/live`)).text()).toBe('ok\n');
  expect((await fetch(`${url}/api/view`)).status).toBe(200);
});

it('finds no file by a path that leads out of where it begins', async () => {
  const { port } = await started();
  for (const path of [
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/runs/../../../etc/passwd.log',
    '/runs/a/b/..%2f..%2f..%2fsecrets%2fgit-token.log',
    '/git/../secrets/git-token',
    '/git/..%2f..%2fsecrets.git/HEAD',
    '//etc/passwd',
    '/%00',
  ]) {
    const line = await raw(port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect(line, path).toMatch(/ (?:400|401|404) /);
  }
});
