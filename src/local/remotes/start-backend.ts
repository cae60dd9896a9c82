import { spawn, type ChildProcess } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { sealedGitEnvironment } from './sealed-git.ts';

export interface BackendCall {
  readonly root: string;
  readonly path: string;
  readonly query: string;
  readonly request: IncomingMessage;
}

/** Starts `git http-backend` in a process group of its own for one request, and feeds it the body as it comes. */
export function startBackend({ root, path, query, request }: BackendCall): ChildProcess {
  const header = (name: string): string | undefined => request.headers[name]?.toString();
  const backend = spawn('git', ['http-backend'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: sealedGitEnvironment({
      GATEWAY_INTERFACE: 'CGI/1.1',
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROJECT_ROOT: root,
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      SERVER_PROTOCOL: 'HTTP/1.1',
      REMOTE_USER: 'bitiq',
      REMOTE_ADDR: request.socket.remoteAddress,
      CONTENT_TYPE: header('content-type'),
      CONTENT_LENGTH: header('content-length'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
    }),
  });
  const { stdin } = backend;
  request.pipe(stdin);
  stdin.on('error', () => {
    request.unpipe(stdin);
    request.resume(); // the backend has its answer before the end of the body: the rest is read and dropped
  });
  return backend;
}

/**
 * Ends the backend and all it started. First its input ends, on which git tidies up after itself (a signal leaves the
 * half of a push in the remote); what is still there after a second is told to end, and after nine more it is killed.
 */
export function killBackend(backend: ChildProcess): void {
  backend.stdin?.destroy();
  backend.stdout?.unpipe().resume();
  const timers = [
    setTimeout(() => signalGroup(backend, 'SIGTERM'), 1000),
    setTimeout(() => signalGroup(backend, 'SIGKILL'), 10_000),
  ];
  backend.once('exit', () => timers.forEach(clearTimeout));
}

function signalGroup(backend: ChildProcess, signal: NodeJS.Signals): void {
  if (backend.pid === undefined || backend.exitCode !== null || backend.signalCode !== null) return;
  try {
    process.kill(-backend.pid, signal);
  } catch {
    // it ended in this moment
  }
}
