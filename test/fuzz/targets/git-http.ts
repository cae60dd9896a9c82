import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpBoundary } from '../../../src/local/deployer/http-boundary.ts';
import { ensureRemote } from '../../../src/local/remotes/ensure-remote.ts';
import { startServer } from '../../../src/local/server.ts';
import { corpusOf, inputsOf, type FuzzTarget } from '../fuzz-target.ts';

const token = 'token-of-a-test';
const outside = 'refs/heads/outside-of-the-served-folder';
let started: ReturnType<typeof start> | undefined;

/** A server with one repository, and another repository beside its folder. */
async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-fuzz-git-'));
  const root = join(folder, 'git');
  mkdirSync(root);
  await ensureRemote({ gitDir: join(root, 'served.git') });
  await ensureRemote({ gitDir: join(folder, 'outside.git') });
  writeFileSync(join(folder, 'outside.git/packed-refs'), `${'1'.repeat(40)} ${outside}\n`);
  const board = {
    snapshot: () => ({ source: 'loop' as const, environments: [], runs: [], events: [] }),
    subscribe: () => () => {},
    openLog: () => undefined,
  };
  const server = await startServer({ port: 0, git: { root, token }, board });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const close = async (): Promise<void> => {
    agent.destroy();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { port: server.port, agent, close };
}

/** What is sent for `METHOD target`, and a header on each other line; undefined where a client of HTTP cannot send it. */
function readRequest(text: string) {
  const [first = '', ...lines] = text.split(/\r?\n/);
  const [method = '', path = ''] = first.split(' ', 2);
  if (!/^(?:GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH)$/.test(method) || !/^\/[\x21-\xff]*$/.test(path))
    return undefined;
  const headers: Record<string, string> = { host: '127.0.0.1' };
  for (const line of lines) {
    const [name = '', value = ''] = line.replace('TOKEN', basic).split(/: ?(.*)/s);
    // What says how long a body is has a client wait for one.
    if (
      /^(?:[a-z-]+)$/i.test(name) &&
      /^[\x20-\x7e]*$/.test(value) &&
      !/^(?:content-length|transfer-encoding|expect|upgrade|connection)$/i.test(name)
    )
      headers[name.toLowerCase()] = value;
  }
  return { method, path, headers };
}

const basic = `Basic ${Buffer.from(`x:${token}`).toString('base64')}`;

async function ask(asked: NonNullable<ReturnType<typeof readRequest>>): Promise<number> {
  started ??= start();
  const { port, agent } = await started;
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ ...asked, host: '127.0.0.1', port, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('latin1') }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
  if (status >= 500) throw new Error(`answers ${status}: ${body}`);
  if (body.includes(outside)) throw new Error('shows a repository outside of the served folder');
  if (asked.headers['authorization'] === undefined && asked.path.startsWith('/git/') && status < 400)
    throw new Error(`answers ${status} without a token`);
  return status;
}

/** Where messages end must not depend on how their bytes are cut. */
function follow(bytes: Buffer, size: number): unknown {
  const boundary = createHttpBoundary();
  for (let at = 0; at < bytes.length; at += size) {
    boundary.fromClient(bytes.subarray(at, at + size));
    boundary.fromServer(bytes.subarray(at, at + size));
  }
  const requests = createHttpBoundary();
  for (let at = 0; at < bytes.length; at += size) requests.fromClient(bytes.subarray(at, at + size));
  requests.fromServer(Buffer.from('HTTP/1.1 204 No Content\r\n\r\n'));
  return requests.idle;
}

const seeds = corpusOf('git-http');
const words = [
  ...[
    'GET ',
    'POST ',
    'HEAD ',
    '/git/',
    'served.git',
    'outside.git',
    '../',
    '..%2f',
    '%2e%2e/',
    '//',
    '/info/refs',
  ],
  ...[
    '?service=git-upload-pack',
    '?service=git-receive-pack',
    '/git-upload-pack',
    '/git-receive-pack',
    '/HEAD',
  ],
  ...[
    ' HTTP/1.1',
    '\r\n',
    '\n',
    '\r\n\r\n',
    'authorization: TOKEN',
    'authorization: Basic ',
    'Host: 127.0.0.1',
  ],
  ...[
    'content-type: application/x-git-upload-pack-request',
    'git-protocol: version=2',
    'content-encoding: gzip',
  ],
  ...[
    'content-length: 5',
    'transfer-encoding: chunked',
    '0\r\n\r\n',
    '5\r\nabcde\r\n',
    'origin: http://a',
    ' : ',
    '\0',
  ],
];

/** Heads and targets of requests: what serves Git answers them, and what follows connections knows where they end. */
export const target: FuzzTarget = {
  name: 'git-http',
  arbitrary: inputsOf(words, seeds),
  seeds,
  cases: 200,
  run: async (input) => {
    const whole = follow(input, Math.max(1, input.length));
    if (follow(input, 1) !== whole) throw new Error('the end of a message depends on how its bytes are cut');
    const asked = readRequest(input.toString('latin1'));
    return [whole, asked && (await ask(asked))];
  },
  close: async () => (await started)?.close(),
};
