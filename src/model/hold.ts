import { z } from 'zod';
import { dateTimeSchema } from './date-time.ts';
import { serviceNamePattern } from './service-name.ts';

const sentence = z.string().regex(/\S/, { message: 'must say something' });

const holdSchema = z.strictObject({
  service: z.string().regex(new RegExp(serviceNamePattern), { message: 'must be the name of a service' }),
  reason: sentence,
  by: sentence,
  since: dateTimeSchema,
  until: dateTimeSchema.optional(),
});

/** The schema of environments/<env>/holds.yaml; a list that is written as nothing is empty. */
export const holdsSchema = z.strictObject({
  holds: z
    .array(holdSchema)
    .nullish()
    .transform((list) => list ?? []),
});

/** "Automation must not move this service here." */
export type Hold = z.infer<typeof holdSchema>;

/** Whether a hold has ended: from `until` on it has no effect. */
export function isExpired(until: string | undefined, now: Date): boolean {
  return until !== undefined && Date.parse(until) <= now.getTime();
}

/** The holds that have effect now, by service; of several for one service the first. */
export function holdsInForce(holds: readonly Hold[], now: Date): Map<string, Hold> {
  const found = new Map<string, Hold>();
  for (const hold of holds) {
    if (!isExpired(hold.until, now) && !found.has(hold.service)) found.set(hold.service, hold);
  }
  return found;
}

/** `Ada has held toy-web since …, until …: the reason`, without a full stop. */
export function describeHold(hold: Hold): string {
  const until = hold.until === undefined ? '' : `, until ${hold.until}`;
  return `${hold.by} has held ${hold.service} since ${hold.since}${until}: ${endless(hold.reason)}`;
}

/** A reason as a part of a sentence: on one line, without its full stop. */
export function endless(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}
