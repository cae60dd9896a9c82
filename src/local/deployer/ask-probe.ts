import { spawn } from 'node:child_process';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { mapPath } from './find-command.ts';
import type { HealthProbe } from './rendering.ts';

/** The process that is asked. */
export interface ProbeTarget {
  readonly port: number | undefined;
  readonly folder: string;
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Asks once. Undefined is yes; a text says why not. Never throws, never takes longer than the probe's timeout. */
export function askProbe(probe: HealthProbe, target: ProbeTarget): Promise<string | undefined> {
  const limitMs = probe.timeout * 1000;
  const { check } = probe;
  if (check.kind === 'exec') return askCommand(check.command, target, limitMs);
  if (target.port === undefined) return Promise.resolve('it has no port');
  return check.kind === 'tcp' ? askTcp(target.port, limitMs) : askHttp(check, target.port, limitMs);
}

/** Any status from 200 to 399 is a yes, as for the kubelet; redirections are not followed. */
function askHttp(
  check: HealthProbe['check'] & { kind: 'http' },
  port: number,
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const send = check.scheme === 'https' ? requestHttps : requestHttp;
    const request = send(
      {
        host: '127.0.0.1',
        port,
        path: check.path,
        headers: { 'user-agent': 'bitiq-probe', connection: 'close', ...check.headers },
        agent: false,
        rejectUnauthorized: false,
      },
      (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        clearTimeout(limit);
        resolve(status >= 200 && status < 400 ? undefined : `GET ${check.path} answered ${status}`);
      },
    );
    const limit = setTimeout(() => {
      resolve(`GET ${check.path} did not answer within ${limitMs / 1000} s`);
      request.destroy();
    }, limitMs);
    request.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      resolve(
        error.code === 'ECONNREFUSED' ? notListening(port) : `GET ${check.path} failed: ${error.message}`,
      );
    });
    request.end();
  });
}

/** Whether something accepts connections on the port. */
export function askTcp(port: number, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (text: string | undefined) => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(limitMs, () =>
      answer(`port ${port} did not accept a connection within ${limitMs / 1000} s`),
    );
    socket.once('connect', () => answer(undefined));
    socket.once('error', () => answer(notListening(port)));
  });
}

function askCommand(
  command: readonly string[],
  target: ProbeTarget,
  limitMs: number,
): Promise<string | undefined> {
  const [program = 'true', ...args] = command.map((word) => mapPath(word, target.folder));
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: target.workingDirectory,
      env: { ...target.environment },
      stdio: 'ignore',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => resolve(`${command.join(' ')} could not be run: ${error.message}`));
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        resolve(`${command.join(' ')} ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}`);
    });
  });
}

function notListening(port: number): string {
  return `nothing listens on its port ${port} (the service must listen on $PORT)`;
}
