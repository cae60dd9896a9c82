import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyedValues } from '../types.ts';
import type { SecretKey } from './types.ts';

/** The value of `X-Hub-Signature-256` for a body. */
export function signBody(body: Buffer, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/**
 * Why a signature such as `sha256=…` is not that of the body, compared in constant time; undefined when it is. As
 * go-github's ValidateSignature, which the interceptors call, it takes sha1 and sha512, too.
 */
export function signatureProblem(signature: string, body: Buffer, secret: string): string | undefined {
  const at = signature.indexOf('=');
  if (at < 0) return `error parsing signature ${JSON.stringify(signature)}`;
  const algorithm = signature.slice(0, at);
  if (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512')
    return `unknown hash type prefix: ${JSON.stringify(algorithm)}`;
  const hex = signature.slice(at + 1);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) return `error decoding signature ${JSON.stringify(signature)}`;
  const expected = createHmac(algorithm, secret).update(body).digest();
  return isSame(Buffer.from(hex, 'hex'), expected) ? undefined : 'payload signature check failed';
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The value of a key of a Secret, or why there is none. An empty value counts as none, as it would sign for everybody. */
export function findSecret(
  { name, key }: SecretKey,
  secrets: KeyedValues,
): { value: string } | { problem: string } {
  const value = secrets[name]?.[key];
  if (value) return { value };
  return { problem: `error getting secret: the key "${key}" of the Secret "${name}" is not given` };
}
