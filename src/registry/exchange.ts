import {
  request as overHttp,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as overHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../model/errors.ts';

/** Bytes to send: held in memory, or read from their beginning each time that they are sent. */
export type SentBody = Uint8Array | { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: SentBody | undefined;
  /** Milliseconds without a byte in either direction after which the connection counts as lost. */
  readonly idleMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever bytes went either way. */
  readonly onBytes?: (() => void) | undefined;
}

/** The head of an answer and its body, which comes as it is read. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where the answer came from, after all redirects. */
  readonly url: URL;
  /** False when only the end of the connection ends the body, so that a short one may be a broken one. */
  readonly hasLength: boolean;
  /** Throws `LostConnection` when the connection ends before the body does. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A connection that could not be made, broke or went silent: another attempt may succeed. */
export class LostConnection extends Error {}

/** An answer that is longer than the request allows. */
export class BodyTooLong extends Error {}

const mostRedirects = 20;

/** Sends one request and follows its redirects; a header `authorization` goes to the host of the request alone. Throws `LostConnection`. */
export async function exchange(request: HttpRequest): Promise<Answer> {
  let { url } = request;
  for (let hop = 0; hop < mostRedirects; hop++) {
    const { authorization, ...headers } = request.headers ?? {};
    const isHome = url.origin === request.url.origin && authorization !== undefined;
    const answer = await sendOnce({
      ...request,
      url,
      headers: isHome ? { ...headers, authorization } : headers,
    });
    const next = redirectOf(request, answer);
    if (next === undefined) return answer;
    await discard(answer);
    url = next;
  }
  throw new LostConnection(`it redirects more than ${mostRedirects} times`);
}

/** The bytes of an answer; one that is longer than it may be is not read to its end, and throws `BodyTooLong`. */
export async function readBody(answer: Answer, most: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.length;
    if (length > most) throw new BodyTooLong(`its answer is longer than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads an answer that is not used, so that its connection serves the next request; a long one is cut off. */
export async function discard(answer: Answer): Promise<void> {
  await readBody(answer, 65_536).catch(() => {});
}

function redirectOf({ method }: HttpRequest, { status, headers, url }: Answer): URL | undefined {
  const { location } = headers;
  const keepsMethod = status === 307 || status === 308;
  const mayFollow =
    keepsMethod || ([301, 302, 303].includes(status) && (method === 'GET' || method === 'HEAD'));
  if (!mayFollow || location === undefined || !URL.canParse(location, url.href)) return undefined;
  const next = new URL(location, url);
  return next.protocol === 'http:' || next.protocol === 'https:' ? next : undefined;
}

function sendOnce(request: HttpRequest): Promise<Answer> {
  const { url, method, body, idleMs, signal, onBytes } = request;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? overHttps : overHttp;
    const size = body instanceof Uint8Array ? body.length : body?.size;
    const headers = {
      'user-agent': 'bitiq',
      accept: '*/*',
      ...request.headers,
      ...(size !== undefined && { 'content-length': size }),
    };
    const outgoing = send(url, { method, headers, timeout: idleMs, ...(signal && { signal }) });
    let fault: unknown; // of the body that is sent, so not of the connection
    let incoming: IncomingMessage | undefined;
    outgoing.on('timeout', () => {
      (incoming ?? outgoing).destroy(new Error(`nothing came for ${Math.round(idleMs / 1000)} s`));
    });
    outgoing.on('error', (error) => reject(fault ?? new LostConnection(causeOf(error))));
    outgoing.on('response', (message) => {
      incoming = message;
      onBytes?.();
      resolve({
        status: message.statusCode ?? 0,
        headers: message.headers,
        url,
        hasLength:
          message.headers['content-length'] !== undefined ||
          message.headers['transfer-encoding'] !== undefined,
        body: bytesOf(message, outgoing, onBytes),
      });
    });
    if (body === undefined || body instanceof Uint8Array) {
      outgoing.end(body);
      return;
    }
    const source = async function* () {
      try {
        for await (const chunk of body.open()) {
          onBytes?.();
          yield chunk;
        }
      } catch (error) {
        fault = error;
        throw error;
      }
    };
    // What goes wrong here is told by the event `error`, unless the answer came first: then that is what counts.
    pipeline(source, outgoing).catch(() => {});
  });
}

async function* bytesOf(
  message: IncomingMessage,
  outgoing: ClientRequest,
  onBytes: (() => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let count = 0;
  let isWhole = false;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      count += chunk.length;
      onBytes?.();
      yield chunk;
    }
    isWhole = true;
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'the connection broke' : causeOf(error);
    throw new LostConnection(`${why} after ${count} bytes of the answer`);
  } finally {
    // An answer may come before all was sent; the rest is not wanted then.
    if (!isWhole || !outgoing.writableFinished) outgoing.destroy();
  }
}

function causeOf(error: unknown): string {
  // Every address of a host that was tried has its own error.
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0]);
  return messageOf(error);
}
