import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Below the range that Linux and macOS give to outgoing connections (from 32768 and 49152), so that no connection takes a port between
 * its choice and its use.
 */
const firstPort = 20_000;
const lastPort = 31_999;

/** Ports that were handed out and may not be listened on yet. */
const handedOut = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on, not handed out twice by this process until it is released. */
export async function takeFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort + 1);
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

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    // All addresses: a service that listens on `::` would collide with one that has only 127.0.0.1, and the other way round.
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
