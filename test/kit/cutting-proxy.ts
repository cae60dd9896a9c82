import { createServer, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What happens to a push: it passes, or the connection breaks before the remote gets it, when it got all of it, or before its answer is
 * whole; or there is no answer, with or without the remote getting it.
 */
export type Cut = 'none' | 'before' | 'forwarded' | 'answered' | 'silent' | 'swallowed' | 502;

/** An HTTP proxy before a Git server that cuts pushes; reads pass. Closed when the test ends. */
export async function cuttingProxy(target: string): Promise<{
  /** The address of the target, by way of this proxy. */
  readonly url: (address: string) => string;
  /** What happens to the pushes from now on. */
  cut: (how: Cut) => void;
}> {
  let how: Cut = 'none';
  const proxy = createServer((incoming, answer) => {
    const isPush = incoming.method === 'POST' && incoming.url?.endsWith('/git-receive-pack') === true;
    const mode = isPush ? how : 'none';
    incoming.on('error', () => {});
    void (async () => {
      const body = await wholeOf(incoming);
      if (mode === 'before') return incoming.socket.destroy();
      if (mode === 'silent') return undefined;
      const sent = request(new URL(incoming.url!, target), {
        method: incoming.method,
        headers: { ...withoutLength(incoming), 'content-length': body.length },
      });
      sent.on('error', () => incoming.socket.destroy());
      sent.end(body);
      if (mode === 'forwarded') {
        sent.on('finish', () => incoming.socket.destroy());
        sent.on('response', (response) => response.resume());
        return undefined;
      }
      sent.on('response', (response) => {
        void wholeOf(response).then((content) => {
          if (mode === 'swallowed') return undefined;
          if (mode === 'answered') return incoming.socket.destroy();
          if (mode === 502) return answer.writeHead(502).end('bad gateway');
          const headers = { ...withoutLength(response), 'content-length': content.length };
          return answer.writeHead(response.statusCode ?? 500, headers).end(content);
        });
      });
      return undefined;
    })();
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: (address) => Object.assign(new URL(address), { host: `127.0.0.1:${port}` }).href,
    cut: (next) => (how = next),
  };
}

/** The headers of a message whose body is sent whole. */
function withoutLength({ headers }: IncomingMessage): IncomingHttpHeaders {
  const { 'transfer-encoding': _, 'content-length': __, ...others } = headers;
  return others;
}

async function wholeOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
