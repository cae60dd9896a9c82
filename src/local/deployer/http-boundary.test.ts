import { fc } from '../../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { createHttpBoundary } from './http-boundary.ts';

const body = fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, 'x'));

const request = fc.oneof(
  fc.constantFrom('GET', 'DELETE', 'OPTIONS').map((method) => `${method} /a HTTP/1.1\r\nhost: a\r\n\r\n`),
  body.map((text) => `POST /a HTTP/1.1\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
  fc
    .array(body, { maxLength: 3 })
    .map((parts) => `PUT / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n${chunked(parts)}`),
);
const answer = fc.oneof(
  fc.constant('HTTP/1.1 204 No Content\r\n\r\n'),
  fc.constant('HTTP/1.1 304 Not Modified\r\ncontent-length: 99\r\n\r\n'),
  body.map((text) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`),
  body.map(
    (text) =>
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  ),
  fc
    .array(body, { maxLength: 3 })
    .map((parts) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${chunked(parts)}`),
);

const post = (headers: string): string => `POST / HTTP/1.1\r\n${headers}\r\n\r\n`;
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

function chunked(parts: readonly string[]): string {
  const chunks = parts
    .filter((part) => part !== '')
    .map((part) => `${part.length.toString(16)};note=1\r\n${part}\r\n`);
  return `${chunks.join('')}0\r\ntrailer: 1\r\n\r\n`;
}

function inPieces(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
}

describe('createHttpBoundary', () => {
  it('is idle exactly between an answer and the next request, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(request, answer), { maxLength: 5 }),
        fc.integer({ min: 1, max: 60 }),
        (turns, size) => {
          const boundary = createHttpBoundary();
          expect(boundary.idle).toBe(true);
          for (const [asked, answered] of turns) {
            for (const piece of inPieces(asked, size)) {
              boundary.fromClient(piece);
              expect(boundary.idle).toBe(false);
            }
            const pieces = inPieces(answered, size);
            for (const [index, piece] of pieces.entries()) {
              boundary.fromServer(piece);
              expect(boundary.idle).toBe(index === pieces.length - 1);
            }
          }
        },
      ),
    );
  });

  it('waits for every answer of requests that were sent together', () => {
    const boundary = createHttpBoundary();
    boundary.fromClient(Buffer.from('GET /1 HTTP/1.1\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\n'));
    boundary.fromServer(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na'));
    expect(boundary.idle).toBe(false);
    boundary.fromServer(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'));
    expect(boundary.idle).toBe(true);
  });

  it.each([
    ['an upgrade', 'GET / HTTP/1.1\r\nupgrade: websocket\r\n\r\n', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['an answer without a length', 'GET / HTTP/1.1\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\nabc'],
    ['another protocol', '*1\r\n$4\r\nPING\r\n', '+PONG\r\n'],
    ['a server that speaks first', '', '220 mail ready\r\n'],
    ['a length twice', post('Content-Length: 1\r\nContent-Length: 2'), ok],
    ['a length and chunks', post('Content-Length: 1\r\nTransfer-Encoding: chunked'), ok],
    ['a coding after chunks', post('Transfer-Encoding: chunked, gzip'), ok],
    ['a coding that is not known', post('Transfer-Encoding: xchunked'), ok],
    ['a header over two lines', post('Transfer-Encoding:\r\n chunked'), ok],
    ['a space before the colon', post('Content-Length : 1'), ok],
    ['a line break of one byte in the head', post('A: 1\nContent-Length: 1'), ok],
    ['a length with a sign', post('Content-Length: +1'), ok],
    ['a length that no number holds', post(`Content-Length: ${'9'.repeat(30)}`), ok],
    ['a head that is too long', post(`A: ${'a'.repeat(70_000)}`), ok],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ''],
  ])('is never idle after %s', (_, asked, answered) => {
    const boundary = createHttpBoundary();
    boundary.fromClient(Buffer.from(asked));
    boundary.fromServer(Buffer.from(answered));
    expect(boundary.idle).toBe(false);
  });

  it('reads a head with as many spaces as it may have, and one of as many lines, in one pass', () => {
    for (const text of [
      `Upgrade: a${' '.repeat(60_000)}b`,
      `Connection: a${' '.repeat(60_000)}b`,
      `Content-Length: 1${'\t'.repeat(60_000)}2`,
      'a:\r\n'.repeat(15_000).trim(),
    ]) {
      const boundary = createHttpBoundary();
      for (let turn = 0; turn < 20; turn++) boundary.fromClient(Buffer.from(post(text)));
      expect(boundary.idle).toBe(false);
    }
  });

  it('knows an answer that ends the connection', () => {
    const boundary = createHttpBoundary();
    boundary.fromClient(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    boundary.fromServer(Buffer.from('HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n'));
    expect(boundary).toMatchObject({ idle: true, closing: true });
  });
});
