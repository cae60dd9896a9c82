import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../model/errors.ts';
import { openSeenDeliveries } from './seen-deliveries.ts';

/** One request as the EventListener sees it; the body is raw, for its signature. */
export interface HookRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly method: string;
  readonly url: string;
}

export interface HookAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HooksServing {
  /** The file that remembers what was acted on. */
  readonly seenFile: string;
  /** Resolves when the event is safe on disk: from then on a repeated delivery is not passed on again. */
  readonly onHook: (request: HookRequest) => Promise<HookAnswer>;
  readonly onProblem?: ((message: string) => void) | undefined;
  /** Bytes. Default: 25 MiB, as GitHub sends. */
  readonly bodyLimit?: number | undefined;
}

export type HooksDoor = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The receiving end of webhooks: passes each delivery on once, and answers a repetition with 202 without acting on it. Whoever
 * lacks the secret can neither repeat a signed delivery nor use up one that is to come.
 */
export async function serveHooks(options: HooksServing): Promise<HooksDoor> {
  const limit = options.bodyLimit ?? 25 * 1024 * 1024;
  const seen = await openSeenDeliveries(options.seenFile);
  const underWay = new Map<string, Promise<HookAnswer>>();

  const passOnOnce = async (hook: HookRequest): Promise<HookAnswer> => {
    const delivery = deliveryOf(hook.headers);
    if (delivery === undefined) return options.onHook(hook);
    if (seen.has(delivery)) {
      return { status: 202, body: `${JSON.stringify({ message: 'This delivery was acted on before.' })}\n` };
    }
    const same = underWay.get(delivery);
    if (same !== undefined) return same;
    const answer = options.onHook(hook).then(async (given) => {
      if (given.status >= 200 && given.status < 300) await seen.add(delivery);
      return given;
    });
    underWay.set(delivery, answer);
    return answer.finally(() => underWay.delete(delivery));
  };

  return async (request, response) => {
    const body = await readBody(request, limit);
    if (body === undefined) {
      send(response, { status: 413, body: `The body is larger than ${limit} bytes.\n` });
      request.resume(); // a sender reads the answer only when its body is taken
      return;
    }
    const hook = { headers: request.headers, body, method: request.method ?? 'GET', url: request.url ?? '/' };
    try {
      send(response, await passOnOnce(hook));
    } catch (error) {
      options.onProblem?.(`A webhook could not be handled: ${messageOf(error)}`);
      send(response, { status: 500, body: 'The webhook could not be handled.\n' });
    }
  };
}

/**
 * What tells a delivery from all others. A signature does so best: nobody without the secret can make another one for the
 * same body, while the id beside it can be changed by whoever recorded the request. Without a signature it is the id.
 */
function deliveryOf(headers: IncomingHttpHeaders): string | undefined {
  const text = (name: string) => headers[name]?.toString() ?? '';
  const signature = text('x-hub-signature-256') || text('x-hub-signature');
  const id = text('x-github-delivery') || text('x-gitlab-event-uuid') || text('x-request-uuid');
  const delivery = signature === '' ? id : signature;
  return /^[\x21-\x7e ]{1,200}$/.test(delivery) ? delivery : undefined;
}

/** The whole body, or undefined once it is larger than the limit; a sender that goes away is an error. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        chunks.length = 0;
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
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
