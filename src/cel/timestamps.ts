import { localTimeOf } from '../model/zoned-time.ts';

/** The time that a text of RFC 3339 says; undefined for another form, and for days that there are not. */
export function parseTimestamp(text: string): Date | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const isThere =
    year >= 1 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate() &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  return isThere ? new Date(text) : undefined;
}

/** The parts of a time, counted as CEL counts: months and `getDayOfMonth` from 0, `getDate` from 1. */
export const clockParts = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
] as const;

/** A time as the clock and the calendar of a zone show it. */
export type LocalTime = Readonly<Record<(typeof clockParts)[number], number>>;

/** The time in a zone: a name such as `Europe/Berlin`, or an offset such as `+05:30` or `05:30`. Throws for another. */
export function localTime(time: Date, zone: string): LocalTime {
  const local = new Date(time.getTime() + offsetOf(time, zone));
  const start = Date.UTC(local.getUTCFullYear(), 0, 1);
  return {
    getFullYear: local.getUTCFullYear(),
    getMonth: local.getUTCMonth(),
    getDate: local.getUTCDate(),
    getDayOfMonth: local.getUTCDate() - 1,
    getDayOfWeek: local.getUTCDay(),
    getDayOfYear: Math.floor((local.getTime() - start) / 86_400_000),
    getHours: local.getUTCHours(),
    getMinutes: local.getUTCMinutes(),
    getSeconds: local.getUTCSeconds(),
    getMilliseconds: local.getUTCMilliseconds(),
  };
}

/** How far a zone's clock is ahead at a time, in milliseconds. */
function offsetOf(time: Date, zone: string): number {
  const match = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (match) return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) * 60_000;
  if (zone === '' || zone === 'UTC') return 0;
  return localTimeOf(time, zone) - time.getTime();
}
