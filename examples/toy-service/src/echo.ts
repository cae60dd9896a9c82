import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './send-json.ts';

/** The largest body that is read, in bytes. */
export const bodyLimit = 64 * 1024;

/** Headers that are safe to show: never authorization or cookies. */
const shownHeaders = ['host', 'user-agent', 'accept', 'content-type', 'content-length', 'x-request-id'];

/** Answers with what was asked: method, path, query, a few headers and the body as text; 413 past bodyLimit. */
export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    // The rest of the body is not read, so the connection cannot be used again.
    response.setHeader('connection', 'close');
    return sendJson(response, 413, { error: 'body too large', limit: bodyLimit });
  }
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  sendJson(response, 200, {
    method: request.method,
    path,
    query: queryOf(query),
    headers: Object.fromEntries(
      shownHeaders.filter((name) => name in request.headers).map((name) => [name, request.headers[name]]),
    ),
    body,
  });
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) {
        request.pause();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

/** Each name with the list of its values, in the order they were sent. */
function queryOf(text: string): Record<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    query.set(name, [...(query.get(name) ?? []), value]);
  }
  return Object.fromEntries(query);
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
