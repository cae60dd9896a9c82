import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ShutDown {
  /** True from the first moment of shutting down. */
  begun: boolean;
  /** Stops accepting, closes idle connections, lets running requests end. False: some were cut off after graceMs. */
  readonly begin: (graceMs: number) => Promise<boolean>;
}

/** Follows the server's connections from now on, so that it can be stopped without losing a request. */
export function prepareShutDown(server: Server): ShutDown {
  const connections = new Set<Socket>();
  const running = new Set<ServerResponse>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.prependListener('request', (_, response) => {
    running.add(response);
    response.on('close', () => running.delete(response));
    if (shutDown.begun) response.setHeader('connection', 'close');
  });

  const shutDown: ShutDown = {
    begun: false,
    begin: (graceMs) => {
      shutDown.begun = true;
      return new Promise((resolve) => {
        const cut = setTimeout(() => {
          resolve(false);
          server.closeAllConnections();
        }, graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve(true);
        });
        for (const connection of connections) {
          // Opened ahead of a request, as browsers do: Node counts it as busy until its first byte.
          if (connection.bytesRead === 0) connection.destroy();
        }
        for (const response of running) {
          // Kept alive, its connection would be waited for once the answer is out.
          if (!response.headersSent) response.setHeader('connection', 'close');
        }
      });
    },
  };
  return shutDown;
}
