import { isIPv6 } from 'node:net';

/** A URL as Go's net/url reads it. */
export interface GoUrl {
  /** In lower case; empty when there is none. */
  readonly scheme: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** With the port. */
  readonly host: string;
  readonly path: string;
  /** The path as it is written where that is valid, otherwise escaped again. */
  readonly escapedPath: string;
  readonly rawQuery: string;
  readonly fragment: string;
}

/** Reads a whole or relative URL as Go's url.Parse does; throws where that fails. */
export function parseGoUrl(text: string): GoUrl {
  const [main, fragment = ''] = splitOnce(text, '#');
  return { ...parse(main, false), fragment: unescape(fragment) };
}

/** Reads a URL as Go's url.ParseRequestURI does: with a scheme or a path that begins with `/`, and without a fragment. */
export function parseGoRequestUrl(text: string): GoUrl {
  return parse(text, true);
}

/** Whether `parseGoRequestUrl` takes a text. */
export function isGoRequestUrl(text: string): boolean {
  try {
    parseGoRequestUrl(text);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string, isRequest: boolean): GoUrl {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error('invalid control character in URL');
  if (text === '' && isRequest) throw new Error('empty url');
  const none = { scheme: '', host: '', path: '', escapedPath: '', rawQuery: '', fragment: '' };
  if (text === '*') return { ...none, path: '*', escapedPath: '*' };
  const [main, rawQuery = ''] = splitOnce(text, '?');
  if (main.startsWith(':')) throw new Error('missing protocol scheme');
  const written = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(main)?.[1];
  const rest = written === undefined ? main : main.slice(written.length + 1);
  const url = { ...none, scheme: written?.toLowerCase() ?? '', rawQuery };
  const hasScheme = written !== undefined;
  if (!rest.startsWith('/')) {
    // Such as mailto:name, whose rest Go calls opaque.
    if (hasScheme) return url;
    if (isRequest) throw new Error('invalid URI for request');
    if (rest.split('/', 1)[0]!.includes(':'))
      throw new Error('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (hasScheme || (!isRequest && !rest.startsWith('///')));
  if (!hasAuthority) return { ...url, ...pathOf(rest) };
  const end = rest.indexOf('/', 2);
  const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
  const at = authority.lastIndexOf('@');
  const host = hostOf(authority.slice(at + 1), url.scheme);
  const auth = at < 0 ? {} : { auth: authOf(authority.slice(0, at)) };
  return { ...url, ...auth, host, ...pathOf(end < 0 ? '' : rest.slice(end)) };
}

function pathOf(text: string): Pick<GoUrl, 'path' | 'escapedPath'> {
  const path = unescape(text);
  const isValid = /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]/%]*$/.test(text);
  return { path, escapedPath: isValid ? text : escapePath(text) };
}

/** Byte by byte: bytes that are escaped need not be UTF-8. */
function escapePath(text: string): string {
  return unescapeToBytes(text).replace(
    /[^A-Za-z0-9\-_.~$&+,/:;=@]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function authOf(text: string): { username: string; password: string } {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new Error('net/url: invalid userinfo');
  const [username, password = ''] = splitOnce(text, ':');
  return { username: unescape(username), password: unescape(password) };
}

/** A host with its port. Only bytes beyond ASCII may be escaped in it, and the sign before the zone of an address. */
function hostOf(text: string, scheme: string): string {
  const close = text.lastIndexOf(']');
  const literal = text.startsWith('[') ? text.slice(1, Math.max(close, 1)) : undefined;
  if (text.includes('[') && (literal === undefined || close < 0))
    throw new Error("missing '[' or ']' in host");
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? text.indexOf(':') : text.lastIndexOf(':');
  const port = literal === undefined ? (colon < 0 ? '' : text.slice(colon)) : text.slice(close + 1);
  if (port !== '' && !/^:\d*$/.test(port)) throw new Error(`invalid port ${JSON.stringify(port)} after host`);
  // The zone of an address may escape any byte.
  const checked = literal === undefined ? text : text.replace(/%25.*$/, '');
  const bad = /[\s\\^`{|}/?#]|%(?!25|[89a-fA-F])/.exec(checked)?.[0];
  if (bad !== undefined) throw new Error(`invalid character ${JSON.stringify(bad)} in host name`);
  const host = unescape(text);
  const [address, zone] = splitOnce(unescape(literal ?? '::'), '%');
  if (!isIPv6(address) || zone === '') throw new Error('invalid IP-literal');
  return host;
}

/** The host of a URL without its port and brackets. */
export function hostnameOf({ host }: GoUrl): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

/** The port of a URL; empty when it has none. */
export function portOf({ host }: GoUrl): string {
  return /:(\d+)$/.exec(host)?.[1] ?? '';
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}

function unescape(text: string): string {
  return Buffer.from(unescapeToBytes(text), 'latin1').toString('utf8');
}

/** The bytes as characters up to U+00FF. */
function unescapeToBytes(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0];
  if (bad !== undefined) throw new Error(`invalid URL escape ${JSON.stringify(bad)}`);
  return text.replace(/%([0-9a-fA-F]{2})|[\s\S]/gu, (found, hex?: string) =>
    hex === undefined ? Buffer.from(found).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The fields of a query string as Go's url.ParseQuery reads them: a pair that is not well-formed is left out. */
export function parseGoQuery(query: string): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (let start = 0, end = 0; start <= query.length; start = end + 1) {
    end = query.indexOf('&', start);
    if (end < 0) end = query.length;
    const pair = query.slice(start, end);
    if (pair === '' || pair.includes(';')) continue;
    const at = pair.indexOf('=');
    const key = unescapeQuery(at < 0 ? pair : pair.slice(0, at));
    const value = unescapeQuery(at < 0 ? '' : pair.slice(at + 1));
    if (key === undefined || value === undefined) continue;
    // Anyone can send a form with very many values of one name: the list grows in place.
    const values = fields.get(key);
    if (values) values.push(value);
    else fields.set(key, [value]);
  }
  return fields;
}

const percent = 0x25;

/** Percent-decoded, a plus as a space; undefined when a percent sign is followed by anything but two hex digits. */
function unescapeQuery(text: string): string | undefined {
  if (!/[%+]/.test(text)) return text;
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = Buffer.from(text.replaceAll('+', ' '));
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const isEscape = bytes[at] === percent;
    bytes[length++] = isEscape ? Number.parseInt(bytes.toString('latin1', at + 1, at + 3), 16) : bytes[at]!;
    if (isEscape) at += 2;
  }
  return bytes.toString('utf8', 0, length);
}
