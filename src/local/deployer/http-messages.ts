/** A message that has begun: its first line and its headers, as text. */
export type MessageHead = string;

export interface HttpMessagesOptions {
  /** How the body of a message that has this head is delimited, where its own headers do not decide it. */
  readonly bodyOf: (head: MessageHead) => 'none' | 'by-headers' | 'interim' | 'not-http';
  /** What a head without a length means: a request has no body then, a response goes on to the end of the connection. */
  readonly withoutLength: 'none' | 'until-close';
}

const longestHead = 65_536;

/**
 * Follows the bytes of one direction of an HTTP/1 connection just far enough to know where messages end (RFC 9112 §6). What it does
 * not understand makes it `opaque` for ever: nothing is known of the connection's boundaries then.
 */
export class HttpMessages {
  opaque = false;
  /** Messages whose first byte was seen, interim (1xx) responses not counted. */
  started = 0;
  /** Messages whose last byte was seen. */
  ended = 0;
  readonly #options: HttpMessagesOptions;
  #state: 'head' | 'body' | 'chunk-size' | 'chunk-end' | 'trailers' | 'until-close' = 'head';
  #text = '';
  #left = 0;

  constructor(options: HttpMessagesOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.opaque && this.#state !== 'until-close') {
      if (this.#state === 'body') {
        const taken = Math.min(this.#left, chunk.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#finish();
      } else if (this.#state === 'chunk-end') {
        const taken = Math.min(this.#left, chunk.length - at);
        at += taken;
        this.#left -= taken;
        if (this.#left === 0) this.#state = 'chunk-size';
      } else {
        at = this.#readLine(chunk, at);
      }
    }
  }

  /** Reads on to the end of a line, and acts on the head, chunk size or trailers that it ends. */
  #readLine(chunk: Buffer, from: number): number {
    if (this.#state === 'head' && this.#text === '') this.started += 1;
    const newline = chunk.indexOf(10, from);
    const to = newline === -1 ? chunk.length : newline + 1;
    this.#text += chunk.toString('latin1', from, to);
    if (this.#text.length > longestHead) this.opaque = true;
    if (newline === -1) return to;
    if (this.#state === 'head') this.#endHeadLine();
    else if (this.#state === 'chunk-size') this.#endChunkSize();
    else this.#endTrailerLine();
    return to;
  }

  #endHeadLine(): void {
    if (!this.#text.endsWith('\r\n\r\n')) {
      const firstLine = this.#text.slice(0, this.#text.indexOf('\r\n'));
      if (!/^(?:[A-Z]+ \S+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}(?: .*)?)$/.test(firstLine)) this.opaque = true;
      return;
    }
    const head = this.#text;
    this.#text = '';
    const body = this.#options.bodyOf(head);
    if (body === 'not-http') this.opaque = true;
    else if (body === 'interim') this.started -= 1;
    else if (body === 'none') this.#finish();
    else this.#beginBody(head);
  }

  #beginBody(head: MessageHead): void {
    const coding = headerOf(head, 'transfer-encoding');
    const length = headerOf(head, 'content-length');
    if (coding !== undefined) {
      if (/(?:^|,)\s*chunked$/i.test(coding)) this.#state = 'chunk-size';
      else this.#state = 'until-close';
    } else if (length !== undefined) {
      if (!/^\d+$/.test(length)) this.opaque = true;
      this.#left = Number(length);
      this.#state = 'body';
      if (this.#left === 0) this.#finish();
    } else if (this.#options.withoutLength === 'none') {
      this.#finish();
    } else {
      this.#state = 'until-close';
    }
  }

  #endChunkSize(): void {
    const size = /^([0-9a-f]+)\s*(?:;.*)?\r?\n$/i.exec(this.#text)?.[1];
    this.#text = '';
    if (size === undefined) {
      this.opaque = true;
      return;
    }
    this.#left = Number.parseInt(size, 16) + 2; // the data and its CRLF
    this.#state = this.#left === 2 ? 'trailers' : 'chunk-end';
  }

  #endTrailerLine(): void {
    const last = this.#text === '\r\n' || this.#text === '\n';
    this.#text = '';
    if (last) this.#finish();
  }

  #finish(): void {
    this.#state = 'head';
    this.ended += 1;
  }
}

/** The value of a header, or undefined. */
export function headerOf(head: MessageHead, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r$`, 'im').exec(head)?.[1];
}
