import { createHash } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import { readDeliveryRecord, writeDeliveryRecord } from './delivery-record.ts';
import { describePush, type PushedRepository } from './push-payload.ts';
import { sendPushWebhook } from './send-push-webhook.ts';

export interface DeliveriesOptions {
  /** Where the records stand, one file a repository. */
  readonly directory: string;
  readonly url: string;
  readonly secret: string;
  readonly repositories: readonly PushedRepository[];
  readonly clock: () => Date;
  readonly onDelivered?: ((delivery: Delivery) => void) | undefined;
  readonly onProblem?: ((message: string) => void) | undefined;
  /** Milliseconds between tries inside one sending, and the pause before the next sending. */
  readonly backOff?: readonly number[] | undefined;
  readonly resendAfter?: number | undefined;
}

interface Delivery {
  readonly repository: string;
  readonly before?: string | undefined;
  readonly after: string;
  readonly deliveryId: string;
}

export interface Deliveries {
  /** Says that `main` of a repository is at a head: its webhook is sent unless it was accepted before. */
  notice(repository: string, head: string): void;
  /** Stops sending; what was not accepted is sent after the next start. */
  close(): Promise<void>;
}

/**
 * Sends the webhook of each head of `main` at least once, also across a kill: a head is recorded only after its webhook was
 * accepted. Its delivery id follows from the push, so a receiver that already acted on it does not act twice.
 * Pushes that come while one is being sent make one webhook with the last commit, as one push would.
 */
export function startDeliveries(options: DeliveriesOptions): Deliveries {
  const stop = new AbortController();
  const wanted = new Map<string, string>();
  const senders = new Map<string, Sender>();
  const known = new Map(options.repositories.map((repository) => [repository.name, repository]));

  const sendAll = async (repository: PushedRepository, sender: Sender): Promise<void> => {
    for (;;) {
      const record = await readDeliveryRecord(options.directory, repository.name);
      const head = wanted.get(repository.name);
      if (stop.signal.aborted || head === undefined || head === record?.delivered) {
        senders.delete(repository.name); // in one breath with reading `wanted`: a notice from here on starts a new sender
        return;
      }
      sender.woken = new AbortController();
      const signal = AbortSignal.any([stop.signal, sender.woken.signal]);
      try {
        await deliver(repository, record?.delivered, head, signal);
      } catch (error) {
        if (signal.aborted) continue;
        options.onProblem?.(messageOf(error));
        await pause(options.resendAfter ?? 15_000, signal);
      }
    }
  };

  const deliver = async (
    repository: PushedRepository,
    before: string | undefined,
    after: string,
    signal: AbortSignal,
  ): Promise<void> => {
    const payload = await describePush({ repository, before, after });
    const deliveryId = deliveryIdOf(repository.name, before, after);
    await sendPushWebhook({ ...options, deliveryId, payload, signal });
    const at = options.clock().toISOString();
    await writeDeliveryRecord(options.directory, repository.name, { delivered: after, deliveryId, at });
    options.onDelivered?.({ repository: repository.name, before, after, deliveryId });
  };

  return {
    notice: (name, head) => {
      const repository = known.get(name);
      if (repository === undefined || stop.signal.aborted || wanted.get(name) === head) return;
      wanted.set(name, head);
      const running = senders.get(name);
      if (running !== undefined) {
        running.woken.abort();
        return;
      }
      const sender: Sender = { woken: new AbortController(), done: Promise.resolve() };
      senders.set(name, sender);
      sender.done = sendAll(repository, sender);
    },
    close: async () => {
      stop.abort();
      await Promise.all([...senders.values()].map(({ done }) => done));
    },
  };
}

interface Sender {
  /** Aborted when there is a newer head, so that no back-off delays it. */
  woken: AbortController;
  done: Promise<void>;
}

/** A UUID that is the same for the same push. */
function deliveryIdOf(repository: string, before: string | undefined, after: string): string {
  const hex = createHash('sha256')
    .update(`${repository} ${before ?? ''} ${after}`)
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal.aborted) resolve();
  });
}
