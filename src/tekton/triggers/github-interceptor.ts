import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyedValues } from '../run/options.ts';
import { firstHeader, type Headers } from './headers.ts';
import type { GithubInterceptor } from './types.ts';

/** Why the event is stopped; undefined lets it through. The signature is compared in constant time over the raw body. */
export function checkGithub(
  interceptor: GithubInterceptor,
  headers: Headers,
  body: Buffer,
  secrets: KeyedValues,
): string | undefined {
  if (firstHeader(headers, 'Content-Type') === 'application/x-www-form-urlencoded') {
    return 'form parameter encoding not supported, please change the hook to send JSON payloads';
  }
  const event = firstHeader(headers, 'X-GitHub-Event');
  if (interceptor.eventTypes && !interceptor.eventTypes.includes(event))
    return `event type ${event} is not allowed`;
  if (!interceptor.secret) return undefined;
  const signature = firstHeader(headers, 'X-Hub-Signature-256');
  if (signature === '') return 'no X-Hub-Signature-256 header set';
  const { name, key } = interceptor.secret;
  const secret = secrets[name]?.[key];
  if (!secret) return `error getting secret: the key "${key}" of the Secret "${name}" is not given`;
  return isSigned(body, secret, signature) ? undefined : 'payload signature check failed';
}

/** The value of `X-Hub-Signature-256` for a body. */
export function signBody(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

function isSigned(body: Buffer, secret: string, signature: string): boolean {
  const expected = Buffer.from(signBody(body, secret));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
