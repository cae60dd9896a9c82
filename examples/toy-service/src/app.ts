import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { echo } from './echo.ts';
import { log } from './log.ts';
import { sendJson } from './send-json.ts';
import type { Version } from './settings.ts';
import { prepareShutDown, type ShutDown } from './shut-down.ts';

export interface App {
  readonly server: Server;
  readonly shutDown: ShutDown;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

interface Route {
  readonly methods: readonly string[];
  readonly handle: Handler;
}

/** The HTTP server, not yet listening: /healthz, /version and /echo; anything else is JSON 400, 404 or 405. */
export function createApp(version: Version): App {
  const routes = new Map<string, Route>([
    ['/healthz', { methods: ['GET', 'HEAD'], handle: (_, response) => sendHealth(response, shutDown) }],
    ['/version', { methods: ['GET', 'HEAD'], handle: (_, response) => sendJson(response, 200, version) }],
    ['/echo', { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], handle: echo }],
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

/** Ready as soon as it listens; not ready from the first moment of shutting down. Depends on nothing else. */
function sendHealth(response: ServerResponse, shutDown: ShutDown): void {
  if (shutDown.begun) sendJson(response, 503, { status: 'shutting down' });
  else sendJson(response, 200, { status: 'ok' });
}

async function answer(
  routes: ReadonlyMap<string, Route>,
  path: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (path === undefined) return sendJson(response, 400, { error: 'the request target is not a path' });
  const route = routes.get(path);
  if (!route) return sendJson(response, 404, { error: 'not found', path, paths: [...routes.keys()] });
  if (!route.methods.includes(request.method ?? '')) {
    response.setHeader('allow', route.methods.join(', '));
    return sendJson(response, 405, { error: 'method not allowed', allowed: route.methods });
  }
  try {
    await route.handle(request, response);
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
