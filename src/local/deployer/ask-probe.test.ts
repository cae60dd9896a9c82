import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askProbe } from './ask-probe.ts';
import type { HealthProbe } from './rendering.ts';

const server = createServer((request, response) => {
  if (request.url === '/hang') return;
  const status = Number(request.headers['x-status'] ?? request.url?.slice(1));
  response.writeHead(status, { location: '/500' }).end();
});
const mute = createTcpServer();
let port: number;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  mute.listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(mute, 'listening')]);
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  mute.close();
});

function ask(check: Partial<HealthProbe['check']>, at: number | undefined = port, timeout = 60) {
  const probe = {
    check: { path: '/', scheme: 'http', headers: {}, ...check } as HealthProbe['check'],
    initialDelay: 0,
    period: 1,
    timeout,
    successThreshold: 1,
    failureThreshold: 1,
  };
  return askProbe(probe, {
    port: at,
    folder: '/nowhere',
    workingDirectory: '/',
    environment: { PATH: process.env.PATH ?? '' },
  });
}

describe('askProbe', () => {
  it.each([
    ['/200', undefined],
    ['/302', undefined],
    ['/404', 'GET /404 answered 404'],
    ['/503', 'GET /503 answered 503'],
  ])('GET %s: %s', async (path, answer) => {
    expect(await ask({ kind: 'http', path })).toBe(answer);
  });

  it('waits no longer than its timeout', async () => {
    const hang = await ask({ kind: 'http', path: '/hang' }, port, 0.2);
    expect(hang).toBe('GET /hang did not answer within 0.2 s');
    const sleep = await ask({ kind: 'exec', command: ['sleep', '500'] }, port, 0.2);
    expect(sleep).toBe('sleep 500 ended by SIGKILL');
  });

  it('sends the headers of the probe', async () => {
    expect(await ask({ kind: 'http', path: '/200', headers: { 'x-status': '500' } })).toBe(
      'GET /200 answered 500',
    );
  });

  it('says that nothing listens', async () => {
    const { port: free } = mute.address() as AddressInfo;
    mute.close();
    await once(mute, 'close');
    const answer = `nothing listens on its port ${free} (the service must listen on $PORT)`;
    expect(await ask({ kind: 'http' }, free)).toBe(answer);
    expect(await ask({ kind: 'tcp' }, free)).toBe(answer);
    expect(await ask({ kind: 'tcp' })).toBeUndefined();
  });

  it.each([
    [['true'], undefined],
    [['sh', '-c', 'exit 4'], 'sh -c exit 4 ended with exit code 4'],
    [['no-such-program'], 'no-such-program could not be run: spawn no-such-program ENOENT'],
  ])('runs %j: %s', async (command, answer) => {
    expect(await ask({ kind: 'exec', command })).toBe(answer);
  });
});
