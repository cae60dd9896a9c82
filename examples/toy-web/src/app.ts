import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { askPeer } from './ask-peer.ts';
import { log } from './log.ts';
import { page, pagePolicy } from './page.ts';
import { sendJson } from './send-json.ts';
import type { Settings } from './settings.ts';
import { prepareShutDown, type ShutDown } from './shut-down.ts';

export interface App {
  readonly server: Server;
  readonly shutDown: ShutDown;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The HTTP server, not yet listening: the page, /versions, /version and /healthz; anything else is JSON 400, 404 or 405. */
export function createApp(settings: Settings): App {
  const routes = new Map<string, Handler>([
    ['/', (_, response) => sendPage(response, settings)],
    ['/versions', (_, response) => sendVersions(response, settings)],
    ['/version', (_, response) => sendJson(response, 200, settings.version)],
    ['/healthz', (_, response) => sendHealth(response, shutDown)],
  ]);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    const started = performance.now();
    const path = pathOf(request);
    response.on('close', () => logRequest(request, response, path, started));
    void answer(routes, path, request, response);
  });
  const shutDown = prepareShutDown(server);
  return { server, shutDown };
}

/** Ready as soon as it listens, whatever toy-service does: one service's fault must not take the other out. */
function sendHealth(response: ServerResponse, shutDown: ShutDown): void {
  if (shutDown.begun) sendJson(response, 503, { status: 'shutting down' });
  else sendJson(response, 200, { status: 'ok' });
}

async function sendVersions(response: ServerResponse, settings: Settings): Promise<void> {
  sendJson(response, 200, {
    'toy-web': { version: settings.version },
    'toy-service': await askPeer(settings),
  });
}

async function sendPage(response: ServerResponse, settings: Settings): Promise<void> {
  const html = page(settings.version, await askPeer(settings));
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'content-security-policy': pagePolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
}

async function answer(
  routes: ReadonlyMap<string, Handler>,
  path: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path === undefined) return sendJson(response, 400, { error: 'the request target is not a path' });
  const handle = routes.get(path);
  if (!handle) return sendJson(response, 404, { error: 'not found', path, paths: [...routes.keys()] });
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return sendJson(response, 405, { error: 'method not allowed', allowed: ['GET', 'HEAD'] });
  }
  try {
    await handle(request, response);
  } catch (error) {
    log('error', 'request failed', { path, reason: error instanceof Error ? error.message : String(error) });
    if (!response.headersSent) sendJson(response, 500, { error: 'internal error' });
    else response.destroy();
  }
}

/** The path as it was sent: nothing is decoded, so nothing in it can be malformed. */
function pathOf(request: IncomingMessage): string | undefined {
  const target = request.url ?? '';
  return target.startsWith('/') ? target.split('?', 1)[0] : undefined;
}

function logRequest(
  request: IncomingMessage,
  response: ServerResponse,
  path: string | undefined,
  started: number,
) {
  const status = response.statusCode;
  log(status < 500 ? 'info' : 'error', 'request', {
    method: request.method,
    path: path ?? null,
    status: response.writableFinished ? status : 499, // 499: the caller went away before the answer was written
    ms: Math.round((performance.now() - started) * 10) / 10,
  });
}
