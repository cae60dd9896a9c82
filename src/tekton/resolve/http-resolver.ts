import { createHash, timingSafeEqual } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import { stripSecrets } from '../../process/run.ts';
import { type Fetched, ResolutionError, type ResolverInput, secretValue } from './fetched.ts';

/** Bytes that an answer may have. */
const largest = 1024 * 1024;

/** Fetches a file by HTTP as Tekton's resolver `http` does (pkg/resolution/resolver/http): basic auth, size limit, digest. */
export async function resolveHttp(input: ResolverInput): Promise<Fetched> {
  const { params, signal } = input;
  const given = checkUrl(params);
  const { url, user } = splitUser(given);
  const authorization = authorizationOf(input) ?? user;
  const shown = stripSecrets(given, []);
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: authorization ? { authorization } : {} });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new ResolutionError(`error fetching URL: Get "${shown}": ${messageOf(cause ?? error)}`);
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new ResolutionError(`requested URL '${shown}' is not found`);
  }
  const body = await readBody(response);
  checkDigest(params.get('digest'), body);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { text: body.toString('utf8'), source: { uri: shown, digest: { sha256 } }, label: shown };
}

function checkUrl(params: ReadonlyMap<string, string>): string {
  const url = params.get('url');
  if (url === undefined) throw new ResolutionError('missing required http resolver params: url');
  if (!URL.canParse(url)) throw new ResolutionError(`cannot parse url ${url}`);
  if (/^https?:\/\//i.test(url)) return url;
  throw new ResolutionError(`url ${url} is not a valid http(s) url`);
}

/** The user of an address is sent as Go's client sends it; `fetch` takes none there. */
function splitUser(text: string): { url: URL; user: string | undefined } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') return { url, user: undefined };
  url.username = '';
  url.password = '';
  const user = [username, password].map(decodeURIComponent).join(':');
  return { url, user: `Basic ${Buffer.from(user).toString('base64')}` };
}

function authorizationOf(input: ResolverInput): string | undefined {
  const [user, secret] = ['http-username', 'http-password-secret'].map((name) => input.params.get(name));
  for (const [one, name, other, otherName] of [
    [user, 'http-username', secret, 'http-password-secret'],
    [secret, 'http-password-secret', user, 'http-username'],
  ]) {
    if (one === undefined) continue;
    if (other === undefined)
      throw new ResolutionError(`missing required param ${otherName} when using ${name}`);
    if (one === '') throw new ResolutionError(`value ${name} cannot be empty`);
  }
  if (user === undefined || secret === undefined) return undefined;
  const password = secretValue(input, secret, input.params.get('http-password-secret-key') || 'password');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop ends the answer.
    if (size > largest)
      throw new ResolutionError(`response body exceeds maximum allowed size of ${largest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function checkDigest(digest: string | undefined, body: Buffer): void {
  if (digest === undefined) return;
  const [, algorithm = '', value = ''] = /^([^:]*):(.*)$/s.exec(digest) ?? [];
  const fault = (text: string) => new ResolutionError(`error validating digest: ${text}`);
  if (!digest.includes(':')) throw fault(`invalid digest format: ${digest}`);
  if (algorithm !== 'sha256' && algorithm !== 'sha512') throw fault(`invalid digest algorithm: ${algorithm}`);
  const computed = createHash(algorithm).update(body).digest();
  const length = computed.length * 2;
  if (value.length !== length)
    throw fault(`invalid ${algorithm} digest value, expected length: ${length}, got: ${value.length}`);
  const expected = Buffer.from(value, 'hex');
  if (expected.length === computed.length && timingSafeEqual(expected, computed)) return;
  throw fault(`SHA mismatch, expected ${value}, got ${computed.toString('hex')}`);
}
