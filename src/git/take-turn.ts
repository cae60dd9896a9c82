import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTimeOf } from '../process/process-tree.ts';
import { git, gitText } from './git.ts';
import { remoteName, type Repository } from './repository.ts';

const patienceMs = 60_000;
let counter = 0;

/**
 * Runs `work` when all that came before it to the same remote on this machine have ended, so that writers do not spoil each
 * other's plans. It is a courtesy and not a lock: the push alone decides, so a writer that has waited a minute proceeds, and a
 * remote that is not a folder of this machine has no queue. The turn of a process that died, even by kill -9, is passed over. `beforeWaiting` runs once
 * where somebody is ahead.
 */
export async function takeTurn<T>(
  repository: Repository,
  work: () => Promise<T>,
  beforeWaiting?: () => Promise<void>,
): Promise<T> {
  const queue = await queueOf(repository);
  const ticket = queue && (await drawTicket(queue));
  if (!queue || !ticket) return work();
  try {
    await waitForTurn(queue, ticket, { signal: repository.signal, beforeWaiting });
    return await work();
  } finally {
    await rm(join(queue, ticket), { force: true });
  }
}

/** The folder of the queue, inside the remote's Git folder; undefined where the remote is not a folder of this machine. */
async function queueOf(repository: Repository): Promise<string | undefined> {
  const name = remoteName(repository);
  // The remote of a branch may also be written as an address.
  let location =
    (name &&
      (await gitText(repository.directory, ['remote', 'get-url', '--push', name], {
        to: 'find the remote',
        allow: [0, 2, 128],
      }))) ||
    repository.remote;
  if (location.startsWith('file://')) location = fileURLToPath(location);
  // A relative path of a remote is relative to the repository, as Git reads it.
  const place = resolve(repository.directory, location);
  const found = await git(place, ['rev-parse', '--path-format=absolute', '--git-common-dir'], {
    to: 'find the remote',
    allow: [0, 128],
  });
  return found.code === 0 ? join(found.stdout.toString('utf8').trim(), 'bitiq-turns') : undefined;
}

/** `<time>-<count>-<host>-<pid>-<start>`, whose order is the order of coming; undefined where the remote's folder cannot be written. */
async function drawTicket(queue: string): Promise<string | undefined> {
  const start = ((await startTimeOf(process.pid)) ?? '').replace(/[^\w]/g, '');
  const order = `${String(Date.now()).padStart(15, '0')}-${String(counter++).padStart(6, '0')}`;
  const ticket = [order, host, process.pid, start, randomUUID().slice(0, 8)].join('-');
  try {
    await mkdir(queue, { recursive: true });
    await writeFile(join(queue, ticket), '');
    return ticket;
  } catch {
    return undefined;
  }
}

const host = hostname().replace(/[^\w]/g, '_');

async function waitForTurn(
  queue: string,
  ticket: string,
  options: {
    readonly signal: AbortSignal | undefined;
    readonly beforeWaiting: (() => Promise<void>) | undefined;
  },
): Promise<void> {
  let { beforeWaiting } = options;
  const until = performance.now() + patienceMs;
  while (performance.now() < until) {
    const ahead = (await readdir(queue)).filter((other) => other < ticket).sort();
    let first: string | undefined;
    while (ahead.length > 0 && first === undefined) {
      const candidate = ahead.shift()!;
      if (await isWaiting(queue, candidate)) first = candidate;
      else await rm(join(queue, candidate), { force: true });
    }
    if (first === undefined) return;
    await beforeWaiting?.();
    beforeWaiting = undefined;
    await sleep(10 + Math.random() * 20, undefined, { signal: options.signal });
  }
}

/** Whether the ticket's owner still runs; a ticket of another machine counts for as long as anyone would wait for it. */
async function isWaiting(queue: string, ticket: string): Promise<boolean> {
  const [, , drawnOn, pid, start] = ticket.split('-');
  if (drawnOn === host) return ((await startTimeOf(Number(pid))) ?? '').replace(/[^\w]/g, '') === start;
  const info = await stat(join(queue, ticket)).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs < patienceMs;
}
