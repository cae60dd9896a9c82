import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSwitch, type Switch } from './switch.ts';

/** An address of this machine that other machines can reach. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.internal === false && found.family === 'IPv4')?.address;

let address: Switch;
const servers: Server[] = [];
beforeEach(async () => {
  address = await openSwitch(0);
});
afterEach(async () => {
  await address.close();
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server | HttpServer): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Says its name, then gives back what it gets; keeps its side open until the other one ends. */
function echo(name: string): Server {
  return createServer((socket) => {
    socket.write(`${name}\n`);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
}

describe('openSwitch', () => {
  it('resets a connection at once while nothing runs', async () => {
    const client = connect(address.port, '127.0.0.1');
    await expect(once(client, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.skipIf(outside === undefined)('cannot be reached from outside', async () => {
    address.switchTo(await listen(echo('a')));
    const client = connect(address.port, outside);
    await expect(once(client, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('leaves a connection that is not HTTP with its instance, and drains it when it ends', async () => {
    const [a, b] = [await listen(echo('a')), await listen(echo('b'))];
    address.switchTo(a);
    const client = connect(address.port, '127.0.0.1');
    await once(client, 'data');
    address.switchTo(b);
    client.write('still here');
    expect(String((await once(client, 'data'))[0])).toBe('still here');

    const began = performance.now();
    await address.drain(a, 100);
    expect(performance.now() - began).toBeGreaterThan(95);
    client.end();
    await address.drain(a, 600_000);
    const next = connect(address.port, '127.0.0.1');
    expect(String((await once(next, 'data'))[0])).toBe('b\n');
    next.destroy();
  });

  it('carries much data both ways, whole, and ends when both ends have ended', async () => {
    address.switchTo(await listen(echo('a')));
    const sent = Buffer.alloc(20 * 1024 * 1024, 'abcdefghijklmnopqrstuvwxyz0123456789');
    const client = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
    client.end(sent);
    const got = await buffer(client);
    expect(got.subarray(2).equals(sent)).toBe(true);
  });

  it('moves a kept connection to the new instance between two requests', async () => {
    const ports = await Promise.all(
      ['a', 'b'].map((name) =>
        listen(createHttpServer((request, response) => request.pipe(response.setHeader('by', name)))),
      ),
    );
    address.switchTo(ports[0]);
    const client = connect(address.port, '127.0.0.1').setEncoding('latin1');
    const answers: string[] = [];
    for (const port of [ports[0], ports[1], ports[0]]) {
      address.switchTo(port);
      client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n');
      client.write('hi');
      let answer = '';
      while (!answer.endsWith('0\r\n\r\n')) answer += String((await once(client, 'data'))[0]);
      answers.push(/by: (\w)/.exec(answer)?.[1] ?? '');
    }
    expect(answers).toEqual(['a', 'b', 'a']);
    client.destroy();
  });

  it('ends an answer that has no length when its instance ends it', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nthe end'));
    });
    address.switchTo(await listen(server));
    const client = connect(address.port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\n\r\n');
    expect(await text(client)).toBe('HTTP/1.1 200 OK\r\n\r\nthe end');
  });

  it('resets a request whose instance is gone, and serves the next one', async () => {
    const gone = createServer();
    const port = await listen(gone);
    gone.close();
    address.switchTo(port);
    await expect(fetch(`http://127.0.0.1:${address.port}/`)).rejects.toThrow();
    address.switchTo(await listen(createHttpServer((_, response) => response.end('up'))));
    expect(await (await fetch(`http://127.0.0.1:${address.port}/`)).text()).toBe('up');
  });
});
