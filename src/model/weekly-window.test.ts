import { fc } from '../../test/kit/fast-check.ts';
import { describe, expect, it } from 'vitest';
import {
  occurrenceAt,
  parseWeeklyWindow,
  printWeeklyWindow,
  weeklyWindowSchema,
  type WeeklyWindow,
} from './weekly-window.ts';

function window(text: string): WeeklyWindow {
  const parsed = parseWeeklyWindow(text);
  if (parsed === undefined) throw new Error(`${text} is not a window`);
  return parsed;
}

function openAt(text: string, moment: string): string | undefined {
  const found = occurrenceAt(window(text), new Date(moment));
  return found && `${found.start.toISOString()}/${found.end.toISOString()}`;
}

describe('a weekly window', () => {
  const weekend = 'Fri 16:00-Mon 08:00 Europe/Berlin';
  it.each([
    ['2026-08-07T13:59:59Z', undefined],
    ['2026-08-07T14:00:00Z', '2026-08-07T14:00:00.000Z/2026-08-10T06:00:00.000Z'],
    ['2026-08-10T05:59:59Z', '2026-08-07T14:00:00.000Z/2026-08-10T06:00:00.000Z'],
    ['2026-08-10T06:00:00Z', undefined],
    // In winter an hour later, and over the change of the clocks an hour longer or shorter.
    ['2026-01-09T14:30:00Z', undefined],
    ['2026-03-28T12:00:00Z', '2026-03-27T15:00:00.000Z/2026-03-30T06:00:00.000Z'],
    ['2026-10-25T12:00:00Z', '2026-10-23T14:00:00.000Z/2026-10-26T07:00:00.000Z'],
  ])('over a weekend is at %s: %s', (moment, expected) => {
    expect(openAt(weekend, moment)).toBe(expected);
  });

  it.each([
    // 02:30 comes twice on 25 October: it opens at the first and shuts at the second.
    [
      'Sun 02:30-05:00 Europe/Berlin',
      '2026-10-25T00:30:00Z',
      '2026-10-25T00:30:00.000Z/2026-10-25T04:00:00.000Z',
    ],
    [
      'Sun 02:30-05:00 Europe/Berlin',
      '2026-10-25T01:10:00Z',
      '2026-10-25T00:30:00.000Z/2026-10-25T04:00:00.000Z',
    ],
    [
      'Sun 00:00-02:30 Europe/Berlin',
      '2026-10-25T01:29:59Z',
      '2026-10-24T22:00:00.000Z/2026-10-25T01:30:00.000Z',
    ],
    // 02:30 never comes on 29 March: it is the moment of the skip, 01:00 UTC.
    [
      'Sun 02:30-05:00 Europe/Berlin',
      '2026-03-29T01:00:00Z',
      '2026-03-29T01:00:00.000Z/2026-03-29T03:00:00.000Z',
    ],
    ['Sun 02:30-05:00 Europe/Berlin', '2026-03-29T00:59:59Z', undefined],
    ['Sun 00:00-02:30 Europe/Berlin', '2026-03-29T01:00:00Z', undefined],
    // Half an hour of summer time, south of the equator.
    [
      'Sun 02:15-03:00 Australia/Lord_Howe',
      '2026-10-03T15:30:00Z',
      '2026-10-03T15:30:00.000Z/2026-10-03T16:00:00.000Z',
    ],
  ])('%s at %s, where clocks change, is %s', (text, moment, expected) => {
    expect(openAt(text, moment)).toBe(expected);
  });

  it.each([
    ['Mon,Tue 22:00-06:00 UTC', '2026-08-05T05:59:00Z', true],
    ['Mon,Tue 22:00-06:00 UTC', '2026-08-05T06:00:00Z', false],
    ['Mon,Tue 22:00-06:00 UTC', '2026-08-05T22:30:00Z', false],
    ['Sat, Sun 00:00-24:00 Pacific/Auckland', '2026-08-07T12:00:00Z', true],
    ['Sat, Sun 00:00-24:00 Pacific/Auckland', '2026-08-09T12:00:00Z', false],
    ['Sat 12:00-Fri 12:00 UTC', '2026-08-07T13:00:00Z', false],
    ['Sat 12:00-Fri 12:00 UTC', '2026-08-06T13:00:00Z', true],
  ])('%s at %s: %s', (text, moment, expected) => {
    expect(occurrenceAt(window(text), new Date(moment)) !== undefined).toBe(expected);
  });

  it.each([
    'Fri 16:00-Fri 18:00 UTC',
    'Fri 16:00-Mon 08:00',
    'Fri 16:00-Mon 08:00 Europe/Berln',
    'Fri 16:00-Mon 25:00 UTC',
    'Fr 16:00-Mo 08:00 UTC',
    'weekend',
  ])('%j is none', (text) => {
    expect(parseWeeklyWindow(text)).toBeUndefined();
  });

  it('reads what it prints', () => {
    const day = fc.constantFrom('Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat');
    const clock = fc
      .integer({ min: 0, max: 24 * 60 })
      .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
    const days = fc.oneof(
      fc.uniqueArray(day, { minLength: 1 }),
      fc
        .tuple(day, day)
        .filter(([a, b]) => a !== b)
        .map((pair) => pair.join('-')),
    );
    const windows = fc.record({
      days,
      from: clock,
      to: clock,
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    });
    fc.assert(
      fc.property(windows, (each) => {
        expect(weeklyWindowSchema.safeParse(each).success).toBe(true);
        expect(parseWeeklyWindow(printWeeklyWindow(each as WeeklyWindow))).toEqual(each);
      }),
    );
  });
});
