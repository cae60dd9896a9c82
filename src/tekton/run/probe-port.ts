import { spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Probe } from '../types.ts';
import type { Reach } from './executor.ts';

type PortProbe = Exclude<Probe['how'], { readonly kind: 'exec' }>;

/** Whether a port takes connections, or answers a request with 200 to 399, within some milliseconds. */
export function connects(how: PortProbe, limit: number, { host, inside }: Reach): Promise<boolean> {
  if (inside.length > 0) return connectsInside(how, limit, inside);
  if (how.kind === 'tcp') return canConnect(host, Number(how.port), limit);
  return answers(urlOf(how, host), limit);
}

/** Whether an address answers well; who signed its certificate does not matter, as for a kubelet. */
function answers(url: string, limit: number): Promise<boolean> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(limit) };
    const request = send(url, options, ({ statusCode = 0 }) => {
      resolve(statusCode >= 200 && statusCode < 400);
      request.destroy();
    });
    request.on('error', () => resolve(false));
    request.end();
  });
}

function urlOf(how: Extract<PortProbe, { kind: 'http' }>, host: string): string {
  return `${how.scheme}://${host}:${how.port}/${how.path.replace(/^\//, '')}`;
}

function canConnect(host: string, port: number, limit: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: limit });
    const end = (connected: boolean) => {
      socket.destroy();
      resolve(connected);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

const program = {
  tcp: "require('net').connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', () => process.exit(1))",
  http: "fetch(process.argv[1], { redirect: 'manual' }).then(({ status }) => process.exit(status >= 200 && status < 400 ? 0 : 1), () => process.exit(1))",
};

/** The same by a Node of this machine that is started inside the network. */
function connectsInside(how: PortProbe, limit: number, inside: readonly string[]): Promise<boolean> {
  const target = how.kind === 'tcp' ? how.port : urlOf(how, '127.0.0.1');
  const [tool = '', ...args] = [...inside, process.execPath, '-e', program[how.kind], target];
  return new Promise((resolve) => {
    // To enter and to start takes a while itself.
    const child = spawn(tool, args, {
      stdio: 'ignore',
      env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      timeout: limit + 1000,
      killSignal: 'SIGKILL',
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
