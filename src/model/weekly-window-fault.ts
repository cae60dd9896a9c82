import { closest } from './did-you-mean.ts';
import { occurrencesBetween, parseWeeklyWindow } from './weekly-window.ts';
import { isTimeZone } from './zoned-time.ts';

/** Why a text is not a weekly window, as the end of a sentence that names the faulty part; undefined where it is one that opens. */
export function faultOfWeeklyWindow(text: string): string | undefined {
  const window = parseWeeklyWindow(text);
  if (window !== undefined) {
    const week = occurrencesBetween(window, new Date(0), new Date(8 * 86_400_000));
    return week.every(({ start, end }) => start >= end) ? 'it ends when it begins' : undefined;
  }
  const parts = loosePattern.exec(text.trim())?.groups;
  if (parts === undefined) return text.trim() === '' ? 'it is empty' : 'it lacks days, times or their order';
  const { from = '', last, to = '', zone } = parts;
  const days = (parts['days'] ?? '').split(/,\s*/);
  return (
    [...days, ...(last === undefined ? [] : [last])].map(faultOfDay).find(Boolean) ??
    [from, to].map(faultOfTime).find(Boolean) ??
    faultOfZone(zone) ??
    (days.length > 1 ? 'a last day goes with one first day, and not with a list' : undefined) ??
    (days[0] === last ? `it begins and ends on ${last}; write "${last} ${from}-${to} ${zone}"` : undefined)
  );
}

const loosePattern =
  /^(?<days>[A-Za-z]+(?:, ?[A-Za-z]+)*)\s+(?<from>\d\S*?)\s*[-–]\s*(?:(?<last>[A-Za-z]+)\s+)?(?<to>\d\S*?)(?:\s+(?<zone>\S+))?$/;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function faultOfDay(name: string): string | undefined {
  return weekdays.includes(name)
    ? undefined
    : `"${name}" is not a day of the week${instead(name, weekdays) || ' (Mon to Sun)'}`;
}

function faultOfTime(time: string): string | undefined {
  return /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(time)
    ? undefined
    : `"${time}" is not a time of the day (00:00 to 24:00)`;
}

function faultOfZone(zone: string | undefined): string | undefined {
  if (zone === undefined) return 'it names no time zone';
  if (isTimeZone(zone)) return undefined;
  return `"${zone}" is not a time zone${instead(zone, Intl.supportedValuesOf('timeZone'))}`;
}

function instead(word: string, among: readonly string[]): string {
  const near = closest(word, among);
  return near === undefined ? '' : `, did you mean ${near}`;
}
