const form =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^:/?#[\]]*)(?::(\d*))?)?(\/[^?#]*)?(?:\?([^#]*))?$/;

/** A URL as the CEL library of Kubernetes sees it: Go's `url.ParseRequestURI`. */
export class ParsedUrl {
  readonly text: string;
  readonly scheme: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: Readonly<Record<string, readonly string[]>>;

  constructor(text: string, match: RegExpExecArray) {
    const [, scheme = '', host = '', port = '', path = '', query = ''] = match;
    this.text = text;
    this.scheme = scheme.toLowerCase();
    this.hostname = host.replace(/^\[|\]$/g, '');
    this.port = port;
    this.escapedPath = encodeURI(decodeURI(path));
    this.query = readQuery(query);
  }

  get host(): string {
    const name = this.hostname.includes(':') ? `[${this.hostname}]` : this.hostname;
    return this.port === '' ? name : `${name}:${this.port}`;
  }
}

/** The URL that a text says: absolute, or a path that begins with `/`; undefined for none. */
export function parseUrl(text: string): ParsedUrl | undefined {
  const match = form.exec(text);
  if (!match || /[\s\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (match[1] === undefined && !text.startsWith('/')) return undefined;
  try {
    return new ParsedUrl(text, match);
  } catch {
    return undefined;
  }
}

function readQuery(text: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) (query[key] ??= []).push(value);
  return query;
}
