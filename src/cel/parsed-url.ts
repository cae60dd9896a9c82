/** A URL as the CEL library of Kubernetes sees it: Go's `url.ParseRequestURI`, for which `#` begins no fragment. */
export class ParsedUrl {
  readonly text: string;
  readonly scheme: string;
  /** With the port, as it is written. */
  readonly host: string;
  readonly escapedPath: string;
  readonly query: Readonly<Record<string, readonly string[]>>;

  constructor(text: string, parts: { scheme: string; host: string; path: string; query: string }) {
    this.text = text;
    this.scheme = parts.scheme.toLowerCase();
    this.host = parts.host;
    this.escapedPath = escapePath(parts.path);
    this.query = readQuery(parts.query);
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
  }

  get port(): string {
    return /:(\d+)$/.exec(this.host)?.[1] ?? '';
  }
}

/** The URL that a text says: with a scheme, or a path that begins with `/`; undefined for none. */
export function parseUrl(text: string): ParsedUrl | undefined {
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return undefined;
  const [, scheme = '', rest = '', query = ''] =
    /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?([^?]*)(?:\?([\s\S]*))?$/.exec(text) ?? [];
  if (!rest.startsWith('/')) {
    // Such as mailto:ada@example.com.
    return scheme === '' ? undefined : new ParsedUrl(text, { scheme, host: '', path: '', query });
  }
  const [, authority = '', path = ''] = (scheme !== '' && /^\/\/([^/]*)(.*)/.exec(rest)) || [null, '', rest];
  const host = hostOf(authority);
  if (host === undefined || /%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  return new ParsedUrl(text, { scheme, host, path, query });
}

/** The host of an authority; undefined where Go refuses it. */
function hostOf(authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const [user, host] = [authority.slice(0, Math.max(at, 0)), authority.slice(at + 1)];
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || /%(?![0-9A-Fa-f]{2})/.test(user)) return undefined;
  const isHost =
    /^\[[^\]]*\](?::\d*)?$/.test(host) ||
    /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=<>"\u0080-\uffff]|%[89A-Fa-f][0-9A-Fa-f])*(?::\d*)?$/.test(host);
  return isHost ? host : undefined;
}

/** The path as it is written where it is written properly, else escaped anew. */
function escapePath(path: string): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%]*$/.test(path)) return path;
  const bytes = Buffer.from(
    path.replace(/(?:%[0-9A-Fa-f]{2})+|[^%]+/g, (part) =>
      part.startsWith('%')
        ? Buffer.from(part.replaceAll('%', ''), 'hex').toString('latin1')
        : Buffer.from(part).toString('latin1'),
    ),
    'latin1',
  );
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function readQuery(text: string): Record<string, string[]> {
  const query: Record<string, string[]> = {};
  const isWhole = (pair: string) => pair !== '' && !pair.includes(';') && !/%(?![0-9A-Fa-f]{2})/.test(pair);
  for (const [key, value] of new URLSearchParams(text.split('&').filter(isWhole).join('&')))
    (query[key] ??= []).push(value);
  return query;
}
