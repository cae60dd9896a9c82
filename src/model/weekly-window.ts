import { z } from 'zod';
import { firstInstantOf, isTimeZone, lastInstantOf, localTimeOf } from './zoned-time.ts';

/** The days of the week as they are written, in the order of Date.getUTCDay. */
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const dayPattern = `(?:${weekdays.join('|')})`;
const clockPattern = '(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00';

const day = z.enum(weekdays);
const clock = z.string().regex(new RegExp(`^(?:${clockPattern})$`), {
  message: 'must be a time of the day such as "16:00", in quotes',
});

/** A window that comes every week, in the local time of a zone. */
export const weeklyWindowSchema = z.strictObject({
  /** `Fri-Mon`: from the first day at `from` to the last at `to`. A list: on each of these days, past midnight when `to` is not after `from`. */
  days: z.union([
    z.string().regex(new RegExp(`^(${dayPattern})-(?!\\1)${dayPattern}$`), {
      message: 'must be two days such as Fri-Mon, or a list such as [Sat, Sun]',
    }),
    z.array(day).min(1),
  ]),
  from: clock,
  to: clock,
  timeZone: z.string().refine(isTimeZone, { message: 'must be a time zone such as Europe/Berlin' }),
});

export type WeeklyWindow = z.infer<typeof weeklyWindowSchema>;

/** One time that a window is open: from `start` on, and before `end`. */
export interface Occurrence {
  readonly start: Date;
  readonly end: Date;
}

/** The window in a text such as `Fri 16:00-Mon 08:00 Europe/Berlin` or `Mon,Tue 22:00-06:00 UTC`; undefined when it is not one. */
export function parseWeeklyWindow(text: string): WeeklyWindow | undefined {
  const span = new RegExp(
    `^(${dayPattern}) (${clockPattern})\\s*[-–]\\s*(${dayPattern}) (${clockPattern}) (\\S+)$`,
  ).exec(text.trim());
  const each = new RegExp(
    `^(${dayPattern}(?:, ?${dayPattern})*) (${clockPattern})\\s*[-–]\\s*(${clockPattern}) (\\S+)$`,
  ).exec(text.trim());
  const written = span
    ? { days: `${span[1]}-${span[3]}`, from: span[2], to: span[4], timeZone: span[5] }
    : each && { days: each[1]!.split(/, ?/), from: each[2], to: each[3], timeZone: each[4] };
  const parsed = weeklyWindowSchema.safeParse(written);
  return parsed.success ? parsed.data : undefined;
}

/** The text of a window; parse ∘ print gives the same window. */
export function printWeeklyWindow({ days, from, to, timeZone }: WeeklyWindow): string {
  if (typeof days !== 'string') return `${days.join(',')} ${from}-${to} ${timeZone}`;
  const [first, last] = days.split('-');
  return `${first} ${from}-${last} ${to} ${timeZone}`;
}

/** When the window is open around a moment; undefined when it is shut then. */
export function occurrenceAt(window: WeeklyWindow, moment: Date): Occurrence | undefined {
  const from = new Date(moment.getTime() - 9 * dayMs);
  return occurrencesBetween(window, from, new Date(moment.getTime() + 1)).find(
    ({ start, end }) => start <= moment && moment < end,
  );
}

/**
 * The times that the window is open and that touch [from, to), in order. Where clocks go back and a time comes twice, a
 * window opens at its first and shuts at its second; where clocks skip a time, that time is the moment of the skip.
 */
export function occurrencesBetween(window: WeeklyWindow, from: Date, to: Date): Occurrence[] {
  const { timeZone } = window;
  const occurrences: Occurrence[] = [];
  const firstDay = Math.floor(localTimeOf(from, timeZone) / dayMs) - 7;
  const lastDay = Math.floor(localTimeOf(to, timeZone) / dayMs);
  const spans = spansOf(window);
  for (let date = firstDay; date <= lastDay; date++) {
    const weekday = (((date + 4) % 7) + 7) % 7; // day 0, 1 January 1970, was a Thursday
    for (const span of spans) {
      if (span.day !== weekday) continue;
      const start = firstInstantOf(date * dayMs + minutesOf(window.from) * minuteMs, timeZone);
      const end = lastInstantOf((date + span.days) * dayMs + minutesOf(window.to) * minuteMs, timeZone);
      if (start < to && end > from) occurrences.push({ start, end });
    }
  }
  return occurrences;
}

/** When the window is next shut for a while, from an occurrence of it on, as one may begin where another ends; undefined: it never is. */
export function shutAfter(window: WeeklyWindow, { end }: Occurrence): Date | undefined {
  let shut = end;
  for (const next of occurrencesBetween(window, end, new Date(end.getTime() + 8 * dayMs)))
    if (next.start <= shut && next.end > shut) shut = next.end;
  // Six days of the seven are the longest run that ends.
  return shut.getTime() - end.getTime() > 6 * dayMs ? undefined : shut;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Each opening in a week: its weekday, and on which later day it shuts. */
function spansOf({ days, from, to }: WeeklyWindow): { readonly day: number; readonly days: number }[] {
  if (typeof days === 'string') {
    const [first = 0, last = 0] = days.split('-').map((name) => weekdays.indexOf(name as never));
    return [{ day: first, days: (last - first + 7) % 7 }];
  }
  const overMidnight = minutesOf(to) <= minutesOf(from) ? 1 : 0;
  return [...new Set(days)].map((name) => ({ day: weekdays.indexOf(name), days: overMidnight }));
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
