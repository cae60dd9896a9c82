import { z } from 'zod';
import type { Credentials } from './credentials.ts';
import { BodyTooLong, discard, exchange, readBody, type Answer, type HttpRequest } from './exchange.ts';

/** A challenge of a WWW-Authenticate header. */
export interface Challenge {
  readonly scheme: 'bearer' | 'basic';
  readonly parameters: Readonly<Record<string, string>>;
}

/** The first challenge that bitiq can answer; undefined when there is none. */
export function readChallenge(header: string | undefined): Challenge | undefined {
  const match = /(?:^|,\s*)(bearer|basic)[ \t]+(\S.*)?/i.exec(header ?? '');
  if (!match) return undefined;
  const parameters: Record<string, string> = {};
  for (const [, name, quoted, plain] of (match[2] ?? '').matchAll(
    /(?<!\w)(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g,
  )) {
    if (name) parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  }
  return { scheme: match[1]?.toLowerCase() === 'basic' ? 'basic' : 'bearer', parameters };
}

const tokenSchema = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

/** The Authorization header that a service gave, undefined when it gave none; or its answer that it is busy or broken for now. */
export interface Authorization {
  readonly header?: string | undefined;
  readonly busy?: Answer;
}

/** Whether a status is one that passes: too many requests, or a fault of the server. */
export function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

/**
 * The Authorization header that answers a challenge, by the token protocol of the distribution project; none when the
 * authorization service gives none. Credentials go over HTTPS only, unless the registry itself is spoken to without.
 */
export async function authorize(
  challenge: Challenge,
  input: {
    readonly scope: string;
    readonly credentials: Credentials | undefined;
    readonly plainHttp: boolean;
    /** How the authorization service is asked. */
    readonly by: Pick<HttpRequest, 'idleMs' | 'signal' | 'onBytes'>;
  },
): Promise<Authorization> {
  const { scope, credentials, plainHttp, by } = input;
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  if (challenge.scheme === 'basic') return { header: basic };
  const { realm = '', service = '' } = challenge.parameters;
  if (!URL.canParse(realm)) return {};
  const url = new URL(realm);
  if (url.protocol !== 'https:' && !(plainHttp && url.protocol === 'http:')) return {};

  let answer: Answer;
  if (credentials?.isIdentityToken) {
    const form = {
      grant_type: 'refresh_token',
      client_id: 'bitiq',
      service,
      scope,
      refresh_token: credentials.password,
    };
    const body = Buffer.from(new URLSearchParams(form).toString());
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    answer = await exchange({ ...by, method: 'POST', url, headers, body });
  } else {
    if (service) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    answer = await exchange({
      ...by,
      method: 'GET',
      url,
      ...(basic && { headers: { authorization: basic } }),
    });
  }
  if (isPassing(answer.status)) return { busy: answer };
  if (answer.status < 200 || answer.status > 299) {
    await discard(answer);
    return {};
  }
  const text = await readBody(answer, 1_048_576).catch((error: unknown) => {
    if (error instanceof BodyTooLong) return '';
    throw error;
  });
  const body = tokenSchema.safeParse(parsed(text.toString()));
  const token = body.data?.token ?? body.data?.access_token;
  return { header: token && `Bearer ${token}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
