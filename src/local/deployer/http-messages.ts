/** A message that has begun: its first line and its headers, with names in small letters and what comes twice joined by commas. */
export interface MessageHead {
  readonly firstLine: string;
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpMessagesOptions {
  /** How the body of a message that has this head is delimited, where its own headers do not decide it. */
  readonly bodyOf: (head: MessageHead) => 'none' | 'by-headers' | 'interim' | 'not-http';
  /** The body of a head without a length: a request has none, a response continues to the end of the connection. */
  readonly withoutLength: 'none' | 'until-close';
}

const longestHead = 65_536;

/**
 * Follows the bytes of one direction of an HTTP/1 connection just far enough to know where messages end (RFC 9112 §6). What it does
 * not understand makes it `opaque` for the rest of the connection: its boundaries are unknown then.
 */
export class HttpMessages {
  opaque = false;
  /** Messages whose first byte was seen, interim (1xx) responses not counted. */
  started = 0;
  /** Messages whose last byte was seen. */
  ended = 0;
  readonly #options: HttpMessagesOptions;
  #state: 'head' | 'body' | 'chunk-size' | 'chunk-end' | 'trailers' | 'until-close' = 'head';
  /** What was seen of the head, or of the line, that is being read. */
  #text = '';
  #line = '';
  #hasFirstLine = false;
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
    const piece = chunk.toString('latin1', from, to);
    this.#text += piece;
    this.#line += piece;
    if (this.#text.length > longestHead) this.#giveUp();
    if (newline === -1 || this.opaque) return to;
    const line = this.#line;
    this.#line = '';
    if (this.#state === 'head') this.#endHeadLine(line);
    else if (this.#state === 'chunk-size') this.#endChunkSize();
    else this.#endTrailerLine();
    return to;
  }

  #endHeadLine(line: string): void {
    if (!this.#hasFirstLine) {
      this.#hasFirstLine = true;
      if (!/^(?:[A-Z]+ [^ ]+ HTTP\/1\.[01]|HTTP\/1\.[01] \d{3}(?: .*)?)\r\n$/.test(this.#text))
        this.#giveUp();
      return;
    }
    if (line !== '\r\n') return;
    const head = readHead(this.#text);
    this.#text = '';
    this.#hasFirstLine = false;
    if (head === undefined) return this.#giveUp();
    const body = this.#options.bodyOf(head);
    if (body === 'not-http') this.#giveUp();
    else if (body === 'interim') this.started -= 1;
    else if (body === 'none') this.#finish();
    else this.#beginBody(head);
  }

  /** Two ends that read a length differently see different messages (RFC 9112 §11.2): what can be read in two ways is not followed. */
  #beginBody({ headers }: MessageHead): void {
    const coding = headers.get('transfer-encoding');
    const length = headers.get('content-length');
    if (coding !== undefined && length !== undefined) this.#giveUp();
    else if (coding !== undefined) {
      if (coding.split(',').at(-1)!.trim().toLowerCase() === 'chunked') this.#state = 'chunk-size';
      else if (this.#options.withoutLength === 'none') this.#giveUp();
      else this.#state = 'until-close';
    } else if (length !== undefined) {
      this.#left = Number(length);
      if (!/^\d{1,15}$/.test(length)) this.#giveUp();
      else if (this.#left === 0) this.#finish();
      else this.#state = 'body';
    } else if (this.#options.withoutLength === 'none') {
      this.#finish();
    } else {
      this.#state = 'until-close';
    }
  }

  #endChunkSize(): void {
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?\r?\n$/i.exec(this.#text)?.[1];
    this.#text = '';
    if (size === undefined) return this.#giveUp();
    this.#left = Number.parseInt(size, 16) + 2; // the data and its CRLF
    this.#state = this.#left === 2 ? 'trailers' : 'chunk-end';
  }

  #endTrailerLine(): void {
    const last = this.#text === '\r\n' || this.#text === '\n';
    this.#text = '';
    if (last) this.#finish();
  }

  #giveUp(): void {
    this.opaque = true;
    this.#text = '';
    this.#line = '';
  }

  #finish(): void {
    this.#state = 'head';
    this.ended += 1;
  }
}

/** The first line and the headers of a head that ends with an empty line; undefined when a line is not a header. In linear time. */
function readHead(text: string): MessageHead | undefined {
  const [firstLine = '', ...lines] = text.slice(0, -4).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    // Programs disagree about folded lines and about a space before the colon, so neither is followed.
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) || line.includes('\n')) return undefined;
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { firstLine, headers };
}
