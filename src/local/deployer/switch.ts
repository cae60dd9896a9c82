import { connect, createServer, type Server, type Socket } from 'node:net';
import { createHttpBoundary } from './http-boundary.ts';

/** One stable address of 127.0.0.1 that forwards to the current instance. */
export interface Switch {
  readonly port: number;
  /** Sends new connections to this port of 127.0.0.1; undefined: resets them at once. */
  switchTo(target: number | undefined): void;
  /** Resolves when no connection uses that instance any more, after `limitMs` milliseconds, or when aborted. */
  drain(target: number, limitMs: number, signal?: AbortSignal): Promise<void>;
  /** Ends every connection. */
  reset(): void;
  /** Ends every connection and frees the address. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1 at `port`. After a switch an HTTP/1 connection moves to the new instance between two requests, so a client that
 * keeps its connection never sees a failure; any other connection stays with its instance until one of its ends closes it.
 */
export async function openSwitch(port: number): Promise<Switch> {
  const connections = new Set<Connection>();
  let current: number | undefined;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (current === undefined) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const connection = forward(client, () => current);
    connections.add(connection);
    client.once('close', () => connections.delete(connection));
  });
  const listening = await listen(server, port);

  return {
    port: listening,
    switchTo(target) {
      current = target;
      for (const connection of connections) connection.leaveIfIdle();
    },
    async drain(target, limitMs, signal) {
      const until = performance.now() + limitMs;
      const used = () => [...connections].some((connection) => connection.target === target);
      const goesOn = () => performance.now() < until && signal?.aborted !== true && used();
      while (goesOn()) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    reset() {
      for (const connection of connections) connection.reset();
    },
    close() {
      current = undefined;
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.reset();
      });
    },
  };
}

interface Connection {
  /** The port of the instance that the connection uses now. */
  readonly target: number | undefined;
  leaveIfIdle(): void;
  reset(): void;
}

function forward(client: Socket, current: () => number | undefined): Connection {
  const boundary = createHttpBoundary();
  let target: number | undefined;
  let upstream: Socket | undefined;
  let clientEnded = false;

  function join(): Socket | undefined {
    target = current();
    if (target === undefined) return undefined;
    const socket = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
    socket.on('data', (chunk: Buffer) => {
      boundary.fromServer(chunk);
      if (!client.write(chunk)) socket.pause();
      leaveIfIdle();
    });
    socket.on('drain', () => client.resume());
    socket.on('end', () => {
      // An instance that closes a connection it keeps alive only means itself; the client's next request goes to the current one.
      if (boundary.idle && !boundary.closing && !clientEnded) leave();
      else client.end();
    });
    socket.on('error', () => {
      if (socket !== upstream) return;
      if (boundary.idle && !socket.connecting && !clientEnded) leave();
      else reset();
    });
    return socket;
  }

  function leave(): void {
    const left = upstream;
    upstream = undefined;
    target = undefined;
    client.resume();
    left?.removeAllListeners('data').removeAllListeners('drain').removeAllListeners('end');
    left?.resume().end();
    setTimeout(() => left?.destroy(), 1000).unref();
  }

  function leaveIfIdle(): void {
    if (upstream !== undefined && target !== current() && boundary.idle && !boundary.closing && !clientEnded)
      leave();
  }

  function reset(): void {
    upstream?.destroy();
    client.resetAndDestroy();
  }

  upstream = join();
  client.on('data', (chunk: Buffer) => {
    upstream ??= join();
    if (upstream === undefined) return reset();
    boundary.fromClient(chunk);
    if (!upstream.write(chunk)) client.pause();
  });
  client.on('drain', () => upstream?.resume());
  client.on('end', () => {
    clientEnded = true;
    if (upstream === undefined) client.end();
    else upstream.end();
  });
  client.on('error', () => upstream?.destroy());
  client.on('close', () => {
    upstream?.destroy();
    target = undefined;
  });
  return {
    get target() {
      return target;
    },
    leaveIfIdle,
    reset,
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
