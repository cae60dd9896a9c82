import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../model/errors.ts';
import { openSeenDeliveries, type SeenDeliveries } from './seen-deliveries.ts';

/** One request as the EventListener sees it; the body is raw, for its signature. */
export interface HookRequest {
  /** Each with all its values. */
  readonly headers: NodeJS.Dict<string[]>;
  readonly body: Buffer;
  readonly method: string;
  readonly url: string;
}

export interface HookAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * To be asked before anything comes of a delivery, when its sender is known to be the right one: false when something came of it
 * before. While another copy of it is under way, the answer waits for what becomes of that.
 */
export type Claim = () => Promise<boolean>;

export interface HooksServing {
  /** The file that remembers what was acted on. */
  readonly seenFile: string;
  /** Resolves when the event is safe on disk; undefined when the claim was refused, as it was acted on before. */
  readonly onHook: (request: HookRequest, claim: Claim) => Promise<HookAnswer | undefined>;
  readonly onProblem?: ((message: string) => void) | undefined;
  /** Bytes. Default: 25 MiB, as GitHub sends. */
  readonly bodyLimit?: number | undefined;
  /** Bytes of all bodies that are in memory at once; beyond it a sender is told to try again (503). Default: three largest bodies. */
  readonly bodiesLimit?: number | undefined;
  /** Milliseconds in which the body must be here. Default: 30 s. */
  readonly bodyTimeout?: number | undefined;
}

export type HooksDoor = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The receiving end of webhooks: acts on each delivery once, and answers a repetition with 202. Anyone who lacks the secret can neither
 * repeat a signed delivery, nor use up one that is to come, nor make what was acted on be forgotten.
 */
export async function serveHooks(options: HooksServing): Promise<HooksDoor> {
  const limit = options.bodyLimit ?? 25 * 1024 * 1024;
  const timeout = options.bodyTimeout ?? 30_000;
  const memory = { left: options.bodiesLimit ?? 3 * limit };
  const actOnce = once(await openSeenDeliveries(options.seenFile), options.onHook);

  return async (request, response) => {
    const body = await readBody(request, { limit, timeout, memory });
    if (typeof body === 'string') {
      const answer = refusals(limit, timeout)[body];
      if (body === 'too many') response.setHeader('retry-after', '1');
      if (body === 'too slow') response.setHeader('connection', 'close');
      send(response, answer);
      request.resume(); // a sender reads the answer only when its body is taken, for a while
      if (body === 'too slow') response.once('finish', () => request.destroy());
      const late = setTimeout(() => request.destroy(), timeout);
      request.once('close', () => clearTimeout(late));
      return;
    }
    const { headersDistinct: headers, method = 'POST', url = '/' } = request;
    try {
      send(response, await actOnce({ headers, body, method, url }));
    } catch (error) {
      options.onProblem?.(`A webhook could not be handled: ${messageOf(error)}`);
      send(response, { status: 500, body: 'The webhook could not be handled.\n' });
    } finally {
      memory.left += body.length;
    }
  };
}

type Refused = 'too large' | 'too slow' | 'too many';

function refusals(limit: number, timeout: number): Readonly<Record<Refused, HookAnswer>> {
  return {
    'too large': { status: 413, body: `The body is larger than ${limit} bytes.\n` },
    'too slow': { status: 408, body: `The body was not here after ${timeout / 1000} s.\n` },
    'too many': { status: 503, body: 'Too many webhooks are being read at once. Send this one again.\n' },
  };
}

/** Remembers a delivery when something came of it, and not before: what is forged takes no place in the memory. */
function once(
  seen: SeenDeliveries,
  onHook: HooksServing['onHook'],
): (hook: HookRequest) => Promise<HookAnswer> {
  const repeated = {
    status: 202,
    body: `${JSON.stringify({ message: 'This delivery was acted on before.' })}\n`,
  };
  const underWay = new Map<string, Promise<boolean>>();

  return async (hook) => {
    const delivery = deliveryOf(hook);
    if (delivery === undefined) return (await onHook(hook, () => Promise.resolve(true))) ?? repeated;
    if (seen.has(delivery)) return repeated;
    const mine: { end?: (wasActedOn: boolean) => void } = {};
    let wasActedOn = false;
    try {
      const answer = await onHook(hook, async () => {
        for (let other = underWay.get(delivery); other !== undefined; other = underWay.get(delivery))
          if (await other) return false;
        if (seen.has(delivery)) return false;
        underWay.set(delivery, new Promise((resolve) => (mine.end = resolve)));
        return true;
      });
      if (mine.end && answer !== undefined && answer.status < 300) {
        await seen.add(delivery);
        wasActedOn = true;
      }
      return answer ?? repeated;
    } finally {
      if (mine.end) underWay.delete(delivery);
      mine.end?.(wasActedOn);
    }
  };
}

/**
 * What tells a delivery from all others. The body does so best where it is signed: no one without the secret can make another
 * one, while the id beside it can be changed by anyone who recorded the request, and a signature can be written in several ways
 * (and GitHub sends two). Without a signature it is the id.
 */
function deliveryOf({ headers, body }: HookRequest): string | undefined {
  const text = (name: string) => headers[name]?.[0] ?? '';
  const isSigned = text('x-hub-signature-256') !== '' || text('x-hub-signature') !== '';
  if (isSigned) return `body:${createHash('sha256').update(body).digest('hex')}`;
  const id = text('x-github-delivery') || text('x-gitlab-event-uuid') || text('x-request-uuid');
  return /^[\x21-\x7e ]{1,200}$/.test(id) ? `id:${id}` : undefined;
}

/** The whole body, or why it is not taken; a sender that goes away is an error. What a body takes of the memory is given back unless it is returned. */
async function readBody(
  request: IncomingMessage,
  {
    limit,
    timeout,
    memory,
  }: { readonly limit: number; readonly timeout: number; readonly memory: { left: number } },
): Promise<Buffer | Refused> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return 'too large';
  let chunks: Buffer[] = [];
  let length = 0;
  let isOver = false;
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      isOver = true;
      clearTimeout(timer);
      chunks = [];
      memory.left += length;
    };
    const refuse = (why: Refused) => {
      if (isOver) return;
      giveUp();
      resolve(why);
    };
    const timer = setTimeout(() => refuse('too slow'), timeout);
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      length += chunk.length;
      memory.left -= chunk.length;
      if (length > limit) refuse('too large');
      else if (memory.left < 0) refuse('too many');
      else chunks.push(chunk);
    });
    request.on('end', () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    const gone = (error: Error) => {
      if (isOver) return;
      giveUp();
      reject(error);
    };
    request.on('error', gone);
    request.on('close', () => gone(new Error('the sender went away')));
  });
}

function send(response: ServerResponse, answer: HookAnswer): void {
  const isJson = /^\s*[[{]/.test(answer.body);
  response.writeHead(answer.status, {
    'content-type': `${isJson ? 'application/json' : 'text/plain'}; charset=utf-8`,
    'x-content-type-options': 'nosniff',
  });
  response.end(answer.body);
}
