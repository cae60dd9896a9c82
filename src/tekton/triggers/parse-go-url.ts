import { parseQuery } from './form-body.ts';

/** A URL as CEL's `parseURL` gives it. */
export interface GoUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly fragment: string;
  readonly queryStrings: Readonly<Record<string, readonly string[]>>;
  /** Several values of a name joined with a comma. */
  readonly query: Readonly<Record<string, string>>;
  readonly auth?: { readonly username: string; readonly password: string };
}

/** Reads a whole or relative URL as Go's url.Parse does; throws where that fails. */
export function parseGoUrl(text: string): GoUrl {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new Error('invalid control character in URL');
  const [beforeFragment, fragment = ''] = splitOnce(text, '#');
  const [main, rawQuery = ''] = splitOnce(beforeFragment, '?');
  if (main.startsWith(':')) throw new Error('missing protocol scheme');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(main)?.[1];
  const rest = scheme === undefined ? main : main.slice(scheme.length + 1);
  const parts = { ...partsOf(rest, scheme !== undefined), scheme: scheme?.toLowerCase() ?? '' };
  const fields = parseQuery(rawQuery);
  return {
    ...parts,
    rawQuery,
    fragment: unescape(fragment),
    queryStrings: Object.fromEntries(fields),
    query: Object.fromEntries([...fields].map(([name, values]) => [name, values.join(',')])),
  };
}

function partsOf(rest: string, hasScheme: boolean): Pick<GoUrl, 'host' | 'path' | 'auth'> {
  if (!rest.startsWith('/')) {
    if (hasScheme) return { host: '', path: '' }; // such as mailto:name, whose rest Go calls opaque
    if (rest.split('/', 1)[0]!.includes(':'))
      throw new Error('first path segment in URL cannot contain colon');
    return { host: '', path: unescape(rest) };
  }
  if (!rest.startsWith('//') || (!hasScheme && rest.startsWith('///')))
    return { host: '', path: unescape(rest) };
  const end = rest.indexOf('/', 2);
  const authority = end < 0 ? rest.slice(2) : rest.slice(2, end);
  const path = end < 0 ? '' : unescape(rest.slice(end));
  const at = authority.lastIndexOf('@');
  const host = hostOf(authority.slice(at + 1));
  if (at < 0) return { host, path };
  const user = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new Error('net/url: invalid userinfo');
  const [username, password = ''] = splitOnce(user, ':');
  return { host, path, auth: { username: unescape(username), password: unescape(password) } };
}

function hostOf(text: string): string {
  const port = /^(?:\[[^\]]*\]|[^:]*)(.*)/.exec(text)?.[1] ?? '';
  if (text.startsWith('[') && !text.includes(']')) throw new Error("missing ']' in host");
  if (port !== '' && !/^:\d*$/.test(port)) throw new Error(`invalid port ${JSON.stringify(port)} after host`);
  const bad = /[\s"<>\\^`{|}]/.exec(text)?.[0];
  if (bad !== undefined) throw new Error(`invalid character ${JSON.stringify(bad)} in host name`);
  return unescape(text);
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + by.length)];
}

function unescape(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0];
  if (bad !== undefined) throw new Error(`invalid URL escape ${JSON.stringify(bad)}`);
  const bytes = text.replace(/%([0-9a-fA-F]{2})|[\s\S]/gu, (found, hex?: string) =>
    hex === undefined ? Buffer.from(found).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
