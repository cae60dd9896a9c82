import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { askTcp } from './ask-probe.ts';

/**
 * Below the range that Linux and macOS give to outgoing connections (from 32768 and 49152), so that no connection takes a port between
 * its choice and its use.
 */
const firstPort = 20_000;
const lastPort = 31_999;

/** Ports that were handed out and may not be listened on yet. */
const handedOut = new Set<number>();

// One after the other from anywhere: two processes that each drew at random would now and then draw a port that the other was about to use.
let next = randomInt(firstPort, lastPort + 1);

/** A port of 127.0.0.1 that no one listens on, not handed out twice by this process until it is released. */
export async function takeFreePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port === lastPort ? firstPort : port + 1;
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
    handedOut.delete(port);
  }
}

/** Lets a port be handed out again. */
export function releasePort(port: number): void {
  handedOut.delete(port);
}

/** Asked by connecting, too: some systems let a port of 127.0.0.1 be listened on that another program has on every address. */
async function isFree(port: number): Promise<boolean> {
  const answers = (await askTcp(port, 1000)) === undefined;
  if (answers) return false;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
