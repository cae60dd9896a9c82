import { createHmac } from 'node:crypto';

/** The `X-Hub-Signature-256` header of a body, as GitHub computes it. */
export function signPayload(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
