import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openTurns } from '../../process/turns.ts';
import { isSameSecret } from '../tokens.ts';
import { repositoryNamePattern } from './ensure-remote.ts';
import { relayResponse } from './relay-response.ts';
import { killBackend, startBackend } from './start-backend.ts';

export interface GitServing {
  /** The folder with the bare remotes, `<root>/<repository>.git`. */
  readonly root: string;
  /** The password of everyone, with any user name. */
  readonly token: string;
  readonly onProblem?: ((message: string) => void) | undefined;
}

export interface GitDoor {
  /** Answers a request below `/git/`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Ends what is under way. */
  close(): void;
}

/**
 * Serves the remotes by Git's smart HTTP protocol (version 2 too) through the real `git http-backend`: both directions
 * stream with bounded memory, everything needs the token, and a client that goes away ends its backend.
 */
export function serveGit(options: GitServing): GitDoor {
  const answers = new Set<ServerResponse>();
  const turns = openTurns({ atOnce: 32, waiting: 1000 });
  return {
    handle: async (request, response) => {
      if (!hasToken(request, options.token)) {
        refuse(
          response,
          401,
          'The token of this loop is needed: give it as the password, with any user name.',
          {
            'www-authenticate': 'Basic realm="bitiq", charset="UTF-8"',
          },
        );
        return;
      }
      const target = parseTarget(request);
      if (target === undefined || !(await isRemote(options.root, target.repository))) {
        refuse(response, 404, 'There is no such repository here.');
        return;
      }
      if (target.refusal !== undefined) {
        refuse(response, target.refusal.status, target.refusal.message);
        return;
      }
      const left = new AbortController();
      response.once('close', () => left.abort());
      // Each request is a process; while it waits its body is not read, so a sender is held back.
      const end = await turns.take(left.signal);
      if (end === undefined) {
        if (!left.signal.aborted)
          refuse(response, 503, 'Too many Git requests wait already. Try again.', { 'retry-after': '1' });
        return;
      }
      try {
        const backend = startBackend({ root: options.root, path: target.path, query: target.query, request });
        answers.add(response);
        response.once('close', () => {
          if (!response.writableFinished) killBackend(backend);
        });
        const problem = await relayResponse(backend, response);
        if (problem !== undefined) options.onProblem?.(`Git over HTTP, ${target.path}: ${problem}`);
      } finally {
        end();
        answers.delete(response);
      }
    },
    close: () => answers.forEach((response) => response.destroy()),
  };
}

interface Target {
  readonly repository: string;
  /** What the backend sees, `/<repository>.git/<service>`. */
  readonly path: string;
  readonly query: string;
  readonly refusal?: { readonly status: number; readonly message: string };
}

/** The one reading of the address: nothing is decoded, so nothing can hide in it. */
function parseTarget(request: IncomingMessage): Target | undefined {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const match = /^\/git(\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack))$/.exec(path);
  const [, inner = '', repository = '', service = ''] = match ?? [];
  if (match === null || !repositoryNamePattern.test(repository)) return undefined;
  const target = { repository, path: inner, query };
  if (service === 'info/refs') {
    if (request.method !== 'GET')
      return { ...target, refusal: { status: 405, message: 'Only GET is answered here.' } };
    if (/^service=git-(upload|receive)-pack$/.test(query)) return target;
    return {
      ...target,
      refusal: { status: 403, message: 'Only the smart HTTP protocol is served (Git 1.6.6 or newer).' },
    };
  }
  if (request.method !== 'POST')
    return { ...target, refusal: { status: 405, message: 'Only POST is answered here.' } };
  return target;
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const [, encoded = ''] = /^basic +([a-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const credentials = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon >= 0 && isSameSecret(credentials.slice(colon + 1), token);
}

function isRemote(root: string, repository: string): Promise<boolean> {
  return stat(join(root, `${repository}.git`, 'HEAD')).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** A refused body is read and dropped: a client reads the answer only when its body is taken. */
function refuse(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  });
  response.end(`${message}\n`);
  response.req.resume();
}
