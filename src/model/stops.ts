import { z } from 'zod';
import { dateTimeSchema, printDateTime } from './date-time.ts';
import { serviceNamePattern } from './service-name.ts';
import {
  occurrenceAt,
  occurrencesBetween,
  printWeeklyWindow,
  shutAfter,
  weeklyWindowSchema,
} from './weekly-window.ts';

const sentence = z.string().regex(/\S/, { message: 'must say something' });

/** What both kinds of stops have: why, by whom, since when and until when. */
const stopFields = {
  reason: sentence,
  by: sentence,
  since: dateTimeSchema,
  until: dateTimeSchema.optional(),
};

const holdSchema = z.strictObject({
  service: z.string().regex(new RegExp(serviceNamePattern), { message: 'must be the name of a service' }),
  ...stopFields,
});

const freezeSchema = z
  .strictObject({ ...stopFields, weekly: weeklyWindowSchema.optional() })
  .refine((freeze) => freeze.until === undefined || Date.parse(freeze.until) > Date.parse(freeze.since), {
    message: 'must be later than `since`',
    path: ['until'],
  });

/** The schema of environments/<env>/holds.yaml; a list that is written as nothing is empty. */
export const holdsSchema = z.strictObject({
  holds: z
    .array(holdSchema)
    .nullish()
    .transform((list) => list ?? []),
});

/** The schema of environments/<env>/freezes.yaml; a list that is written as nothing is empty. */
export const freezesSchema = z.strictObject({
  freezes: z
    .array(freezeSchema)
    .nullish()
    .transform((list) => list ?? []),
});

/** "Automation must not move this service here." */
export type Hold = z.infer<typeof holdSchema>;

/** "No new release may enter this environment", from `since` on: until it is lifted, until a moment, or in a window of every week. */
export type Freeze = z.infer<typeof freezeSchema>;

/** Whether a stop has ended: from `until` on it has no effect. */
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

/** A freeze that has effect now, and when that ends; undefined: when somebody lifts it. */
export interface FreezeInForce {
  readonly freeze: Freeze;
  readonly until: string | undefined;
}

/** The freeze that has effect now; of several the one that lasts longest. */
export function freezeInForce(freezes: readonly Freeze[], now: Date): FreezeInForce | undefined {
  return freezesInForce(freezes, now).reduce<FreezeInForce | undefined>(
    (longest, each) => (longest === undefined || endOf(each) > endOf(longest) ? each : longest),
    undefined,
  );
}

/** A freeze that has no effect yet, and its next time; `until` undefined: it lasts until somebody lifts it. */
export interface ComingFreeze extends FreezeInForce {
  readonly from: string;
}

/** The freezes that have no effect now and will have, each with its next time: weekly ones between two windows, and those that are not old enough. The next first. */
export function comingFreezes(freezes: readonly Freeze[], now: Date): ComingFreeze[] {
  const inForce = new Set(freezesInForce(freezes, now).map((each) => each.freeze));
  return freezes
    .flatMap((freeze) => (inForce.has(freeze) ? [] : nextTimeOf(freeze, now)))
    .sort((a, b) => Date.parse(a.from) - Date.parse(b.from));
}

function nextTimeOf(freeze: Freeze, now: Date): ComingFreeze[] {
  const start = new Date(Math.max(Date.parse(freeze.since), now.getTime()));
  if (isExpired(freeze.until, start)) return [];
  if (freeze.weekly === undefined) return [{ freeze, from: freeze.since, until: freeze.until }];
  const fortnight = new Date(start.getTime() + 14 * 86_400_000);
  const next = occurrencesBetween(freeze.weekly, start, fortnight)[0];
  if (next === undefined) return [];
  const from = next.start > start ? next.start : start;
  if (isExpired(freeze.until, from)) return [];
  return [{ freeze, from: printDateTime(from), until: endsAt(freeze, shutAfter(freeze.weekly, next)) }];
}

/** The earlier of a freeze's own end and that of its window. */
function endsAt({ until }: Freeze, shut: Date | undefined): string | undefined {
  const ends = until !== undefined && (shut === undefined || Date.parse(until) < shut.getTime());
  return ends ? until : shut && printDateTime(shut);
}

/** Every freeze that has effect now. */
export function freezesInForce(freezes: readonly Freeze[], now: Date): FreezeInForce[] {
  return freezes.flatMap((freeze) => {
    if (Date.parse(freeze.since) > now.getTime() || isExpired(freeze.until, now)) return [];
    if (freeze.weekly === undefined) return [{ freeze, until: freeze.until }];
    const open = occurrenceAt(freeze.weekly, now);
    if (open === undefined) return [];
    return [{ freeze, until: endsAt(freeze, shutAfter(freeze.weekly, open)) }];
  });
}

/**
 * Whether two freezes of one kind would stop releases at the same time, from `now` on. A freeze for once over a weekly
 * window is not an overlap: each has its own end.
 */
export function freezesOverlap(a: Freeze, b: Freeze, now: Date): boolean {
  const start = Math.max(Date.parse(a.since), Date.parse(b.since), now.getTime());
  const end = Math.min(...[a, b].map(({ until }) => (until === undefined ? Infinity : Date.parse(until))));
  if (start >= end) return false;
  if (a.weekly === undefined || b.weekly === undefined) return a.weekly === b.weekly;
  // A year shows every way in which the clocks of two zones can stand to each other.
  const last = new Date(Math.min(end, start + 54 * 7 * 86_400_000));
  const others = occurrencesBetween(b.weekly, new Date(start), last);
  return occurrencesBetween(a.weekly, new Date(start), last).some((one) =>
    others.some((other) => one.start < other.end && other.start < one.end),
  );
}

/** `Ada has held toy-web since …, until …: the reason`, without a full stop. */
export function describeHold(hold: Hold): string {
  const until = hold.until === undefined ? '' : `, until ${hold.until}`;
  return `${hold.by} has held ${hold.service} since ${hold.since}${until}: ${asClause(hold.reason)}`;
}

/** `Ada has frozen prod since …, until …: the reason`, without a full stop. */
export function describeFreeze(environment: string, { freeze, until }: FreezeInForce): string {
  const window = freeze.weekly === undefined ? '' : `, every ${printWeeklyWindow(freeze.weekly)}`;
  const end = until === undefined ? 'until the freeze is lifted' : `until ${until}`;
  return `${freeze.by} has frozen ${environment} since ${freeze.since}${window}, ${end}: ${asClause(freeze.reason)}`;
}

/** `from … until …, every …, by Ada: the reason`, as the end of a sentence. */
export function describeComingFreeze({ freeze, from, until }: ComingFreeze): string {
  const window = freeze.weekly === undefined ? '' : `, every ${printWeeklyWindow(freeze.weekly)}`;
  const end = until === undefined ? 'until the freeze is lifted' : `until ${until}`;
  return `from ${from} ${end}${window}, by ${freeze.by}: ${asClause(freeze.reason)}`;
}

function endOf({ until }: FreezeInForce): number {
  return until === undefined ? Infinity : Date.parse(until);
}

/** A reason as a part of a sentence: on one line, without its full stop. */
export function asClause(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}
