import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createBoard, type Board } from '../board/create-board.ts';
import type { BoardSource } from '../board/board-source.ts';
import { BitiqError, messageOf } from '../model/errors.ts';
import { serveGit, type GitServing } from './remotes/serve-git.ts';
import { serveHooks, type HooksServing } from './webhooks/serve-hooks.ts';

export interface LoopServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The remotes; without, there are none. */
  readonly git?: GitServing;
  /** The webhook's end; without, there is none. */
  readonly hooks?: HooksServing;
  readonly board: BoardSource;
}

export interface LoopServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:8484`, without a slash at the end. */
  readonly url: string;
  /** Ends event streams and Git transfers, lets short answers finish, and frees the port. */
  close(): Promise<void>;
}

/** Listens on one port of 127.0.0.1: the board, and where it has them Git over HTTP and the webhook's end. A port that is taken is `port-unavailable`. */
export async function startServer(options: LoopServerOptions): Promise<LoopServer> {
  const board = createBoard(options.board);
  const git = options.git && serveGit(options.git);
  const hooks = options.hooks && (await serveHooks(options.hooks));
  const page = getRequestListener(board.app.fetch, { overrideGlobalObjects: false });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    if (!isLocalHost(request.headers.host)) {
      sendText(
        response,
        421,
        'This address is only for programs on this machine: use 127.0.0.1 or localhost.',
      );
    } else if (path === '/live') sendText(response, 200, 'ok');
    else if (/^\/(?:hooks|git)(?:\/|$)/.test(path) && isOfAnotherSite(request))
      sendText(
        response,
        403,
        'This address is for Git and for webhooks, and not for web pages of other sites.',
      );
    else if (hooks && (path === '/hooks' || path === '/hooks/')) await hooks(request, response);
    else if (git && path.startsWith('/git/')) await git.handle(request, response);
    else await page(request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      options.git?.onProblem?.(`A request for ${request.url} failed: ${messageOf(error)}`);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'This request could not be answered.');
    });
  });
  server.requestTimeout = 0; // a large push over a slow disk is not an attack here; slow heads still time out
  // A busy machine lets more than Node's 5 s pass between two requests, and what is closed as the next one comes fails it.
  server.keepAliveTimeout = 75_000;
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, close: () => close(server, board, () => git?.close()) };
}

/** A page of another site that has its name point here (DNS rebinding) sends its own name. */
function isLocalHost(host: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host ?? '');
}

/**
 * Whether a page of another site, or one without a site such as a file, has a browser send this. Git and senders of webhooks are not
 * browsers: they send neither header. Older browsers send an Origin with every POST, and Sec-Fetch-Site comes with the newer ones.
 */
function isOfAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none' && site !== 'same-origin') return true;
  return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${text}\n`);
  response.req.resume();
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(portUnavailable(port, error)));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  });
}

function portUnavailable(port: number, error: NodeJS.ErrnoException): BitiqError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another program listens on it (perhaps another `bitiq up`)'
      : error.code === 'EACCES'
        ? 'the system does not allow it'
        : error.message;
  return new BitiqError({
    code: 'port-unavailable',
    message: `Port ${port} of 127.0.0.1 cannot be used: ${why}.`,
    fix: `Stop that program, or choose another port, such as \`--port ${port < 65_000 ? port + 1 : 8484}\`.`,
    state: 'Nothing was started.',
    cause: error,
  });
}

function close(server: Server, board: Board, endGit: () => void): Promise<void> {
  return new Promise((resolve) => {
    board.close();
    endGit();
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    const late = setTimeout(() => server.closeAllConnections(), 3000);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(late);
      resolve();
    });
  });
}
