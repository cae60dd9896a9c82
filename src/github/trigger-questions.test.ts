import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askGithub } from './trigger-questions.ts';

const pull = { owner: 'acme', repository: 'gitops', number: 7, token: undefined, enterpriseHost: undefined };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the changed files of a pull request', () => {
  it('are read to their last page, and to no page after the 30th', async () => {
    let asked = 0;
    const address = await serve((_, response) => {
      asked++;
      response.writeHead(200, { 'content-type': 'application/json', link: '</next>; rel="next"' }).end('[]');
    });
    await expect(askGithub(address).changedFiles(pull)).rejects.toThrow('more than 30 pages');
    expect(asked).toBe(30);
  });

  it('are asked for no longer than somebody waits', async () => {
    const stop = new AbortController();
    const address = await serve(() => stop.abort(new Error('ended here')));
    await expect(askGithub(address, stop.signal).changedFiles(pull)).rejects.toThrow('ended here');
  });

  it('are asked for again where a server fails for a moment', async () => {
    let asked = 0;
    const address = await serve((_, response) => {
      response.writeHead(++asked === 1 ? 502 : 200, { 'content-type': 'application/json' });
      response.end('[{"filename": "a"}]');
    });
    expect(await askGithub(address).changedFiles(pull)).toEqual(['a']);
    expect(asked).toBe(2);
  });

  it('tell what GitHub answered', async () => {
    const address = await serve((_, response) => {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"message": "not for you"}');
    });
    await expect(askGithub(address).changedFiles(pull)).rejects.toThrow(
      'GitHub answered 403 to /repos/acme/gitops/pulls/7/files: not for you',
    );
  });
});
