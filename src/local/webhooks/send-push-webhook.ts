import { createHmac } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { BitiqError, messageOf } from '../../model/errors.ts';
import type { PushPayload } from './push-payload.ts';

export interface PushWebhook {
  readonly url: string;
  readonly secret: string;
  /** The `X-GitHub-Delivery`: the same one means the same event, and the receiver acts on it once. */
  readonly deliveryId: string;
  readonly payload: PushPayload;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before each next try. */
  readonly backOff?: readonly number[] | undefined;
}

const defaultBackOff = [100, 300, 1000, 3000];

/**
 * Sends a signed push event as GitHub does. No connection, no answer in 10 s, 429 and 5xx are tried again; what is still not
 * accepted, and any other answer, is `webhook-failed`.
 */
export async function sendPushWebhook(webhook: PushWebhook): Promise<{ status: number; attempts: number }> {
  const body = Buffer.from(JSON.stringify(webhook.payload));
  const backOff = webhook.backOff ?? defaultBackOff;
  for (let attempt = 1; ; attempt++) {
    const answer = await post(webhook, body);
    webhook.signal?.throwIfAborted();
    if (answer.status >= 200 && answer.status < 300) return { status: answer.status, attempts: attempt };
    const pause = backOff[attempt - 1];
    const isPassing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    if (!isPassing || pause === undefined) throw undelivered(webhook, answer, attempt);
    await wait(pause, undefined, { signal: webhook.signal });
  }
}

interface Answer {
  /** 0: there was none. */
  readonly status: number;
  readonly text: string;
}

async function post(webhook: PushWebhook, body: Buffer): Promise<Answer> {
  try {
    const timeout = AbortSignal.timeout(10_000);
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/bitiq',
        'x-github-event': 'push',
        'x-github-delivery': webhook.deliveryId,
        'x-hub-signature-256': signPayload(body, webhook.secret),
      },
      body: new Uint8Array(body),
      redirect: 'manual',
      signal: webhook.signal === undefined ? timeout : AbortSignal.any([timeout, webhook.signal]),
    });
    return { status: response.status, text: (await response.text()).slice(0, 300).trim() };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { status: 0, text: messageOf(cause) };
  }
}

function undelivered({ url, payload }: PushWebhook, { status, text }: Answer, attempts: number): BitiqError {
  const said = status === 0 ? `could not be reached (${text})` : `answered ${status}${text && `: ${text}`}`;
  return new BitiqError({
    code: 'webhook-failed',
    message: `The webhook of ${payload.repository.name} at ${payload.after.slice(0, 7)} was not accepted after ${attempts} ${attempts === 1 ? 'try' : 'tries'}: ${new URL(url).origin} ${said}.`,
    fix:
      status >= 400 && status < 500
        ? 'See that sender and receiver have the same webhook secret and that the listener takes push events.'
        : 'See that the receiver runs; the loop tries again by itself.',
    state: 'The push is in the remote; nothing was built from it yet.',
  });
}

/** The `X-Hub-Signature-256` header of a body, as GitHub computes it. */
export function signPayload(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}
