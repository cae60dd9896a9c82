import { HttpMessages } from './http-messages.ts';

/** Follows the bytes of both directions of a connection to know whether a request is in progress. */
export interface HttpBoundary {
  fromClient(chunk: Buffer): void;
  fromServer(chunk: Buffer): void;
  /** True when every request that began has its whole answer; false also when that cannot be known. */
  readonly idle: boolean;
  /** True when the last answer closes the connection. */
  readonly closing: boolean;
}

/** Follows a connection from its first byte. */
export function createHttpBoundary(): HttpBoundary {
  const methods: string[] = [];
  let closing = false;
  const requests = new HttpMessages({
    withoutLength: 'none',
    bodyOf({ firstLine, headers }) {
      const method = firstLine.slice(0, firstLine.indexOf(' '));
      if (method === 'CONNECT' || headers.has('upgrade')) return 'not-http';
      methods.push(method);
      return 'by-headers';
    },
  });
  const responses = new HttpMessages({
    withoutLength: 'until-close',
    bodyOf({ firstLine, headers }) {
      const status = Number(firstLine.slice(9, 12));
      if (status === 101) return 'not-http';
      if (status < 200) return 'interim';
      const method = methods.shift();
      if (method === undefined) return 'not-http'; // an answer without a request
      closing = /\bclose\b/i.test(headers.get('connection') ?? '') || firstLine.startsWith('HTTP/1.0');
      return method === 'HEAD' || status === 204 || status === 304 ? 'none' : 'by-headers';
    },
  });
  return {
    fromClient: (chunk) => requests.push(chunk),
    fromServer: (chunk) => responses.push(chunk),
    get idle() {
      if (requests.opaque || responses.opaque) return false;
      return (
        requests.started === requests.ended &&
        requests.ended === responses.ended &&
        responses.started === responses.ended
      );
    },
    get closing() {
      return closing;
    },
  };
}
