import { describe, expect, it } from 'vitest';
import { comingFreezes, freezeInForce, freezesInForce, freezesOverlap, type Freeze } from './stops.ts';
import { parseWeeklyWindow } from './weekly-window.ts';

function freezeOf(fields: { since?: string; until?: string; weekly?: string }): Freeze {
  const { weekly, ...rest } = fields;
  const window = weekly === undefined ? undefined : parseWeeklyWindow(weekly);
  return {
    reason: 'r',
    by: 'Ada',
    since: '2026-01-01T00:00:00Z',
    ...rest,
    ...(window === undefined ? {} : { weekly: window }),
  };
}

const now = new Date('2026-08-08T12:00:00Z'); // a Saturday

describe('a freeze', () => {
  it.each([
    [{}, undefined],
    [{ until: '2026-08-08T12:00:01Z' }, '2026-08-08T12:00:01Z'],
    [{ weekly: 'Fri 16:00-Mon 08:00 UTC' }, '2026-08-10T08:00:00Z'],
    [{ weekly: 'Fri 16:00-Mon 08:00 UTC', until: '2026-08-09T00:00:00Z' }, '2026-08-09T00:00:00Z'],
    // One window begins where the other ends.
    [{ weekly: 'Sat,Sun,Mon 00:00-24:00 UTC' }, '2026-08-11T00:00:00Z'],
    [{ weekly: 'Fri,Sat 18:00-18:00 UTC' }, '2026-08-09T18:00:00Z'],
    [{ weekly: 'Sun,Mon,Tue,Wed,Fri,Sat 00:00-24:00 UTC' }, '2026-08-13T00:00:00Z'],
    [{ weekly: 'Sun,Mon,Tue,Wed,Thu,Fri,Sat 00:00-24:00 UTC' }, undefined],
    [
      { weekly: 'Sun,Mon,Tue,Wed,Thu,Fri,Sat 02:30-02:30 Europe/Berlin', until: '2027-01-01T00:00:00Z' },
      '2027-01-01T00:00:00Z',
    ],
  ])('%j has effect until %s', (fields, until) => {
    expect(freezesInForce([freezeOf(fields)], now)).toMatchObject([{ until }]);
  });

  it.each([
    [{ until: '2026-08-08T12:00:00Z' }],
    [{ since: '2026-08-08T12:00:01Z' }],
    [{ weekly: 'Mon 00:00-24:00 UTC' }],
    [{ weekly: 'Sat 00:00-24:00 UTC', until: '2026-08-08T00:00:00Z' }],
  ])('%j has none', (fields) => {
    expect(freezesInForce([freezeOf(fields)], now)).toEqual([]);
  });

  it('that lasts longest is the one to name', () => {
    const short = freezeOf({ until: '2026-08-09T00:00:00Z' });
    const long = freezeOf({ weekly: 'Fri 16:00-Mon 08:00 UTC' });
    expect(freezeInForce([short, long], now)?.freeze).toBe(long);
    expect(freezeInForce([short, long, freezeOf({})], now)?.until).toBeUndefined();
    expect(freezeInForce([], now)).toBeUndefined();
  });
});

describe('a freeze to come', () => {
  const weekly = 'Mon 08:00-09:00 UTC';
  it.each([
    [{ weekly }, '2026-08-10T08:00:00Z', '2026-08-10T09:00:00Z'],
    [{ weekly, since: '2026-08-10T08:30:00Z' }, '2026-08-10T08:30:00Z', '2026-08-10T09:00:00Z'],
    [{ weekly, since: '2026-08-10T09:00:00Z' }, '2026-08-17T08:00:00Z', '2026-08-17T09:00:00Z'],
    [{ weekly, until: '2026-08-10T08:10:00Z' }, '2026-08-10T08:00:00Z', '2026-08-10T08:10:00Z'],
    [{ weekly: 'Mon,Tue 00:00-24:00 UTC' }, '2026-08-10T00:00:00Z', '2026-08-12T00:00:00Z'],
    [{ since: '2026-09-01T00:00:00Z' }, '2026-09-01T00:00:00Z', undefined],
  ])('%j begins at %s and ends at %s', (fields, from, until) => {
    expect(comingFreezes([freezeOf(fields)], now)).toEqual([{ freeze: freezeOf(fields), from, until }]);
  });

  it.each([
    [{}],
    [{ weekly: 'Sat 00:00-24:00 UTC' }],
    [{ weekly, until: '2026-08-10T08:00:00Z' }],
    [{ until: '2026-08-08T12:00:00Z' }],
  ])('%j is none', (fields) => {
    expect(comingFreezes([freezeOf(fields)], now)).toEqual([]);
  });

  it('stands before those that come later', () => {
    const [later, sooner] = [freezeOf({ weekly }), freezeOf({ weekly: 'Sun 08:00-09:00 UTC' })];
    expect(comingFreezes([later, sooner], now).map((each) => each.freeze)).toEqual([sooner, later]);
  });
});

describe('two freezes', () => {
  it.each([
    [{}, {}, true],
    [{ until: '2026-09-01T00:00:00Z' }, { since: '2026-09-01T00:00:00Z' }, false],
    [{ until: '2026-09-01T00:00:01Z' }, { since: '2026-09-01T00:00:00Z' }, true],
    // In the past nothing overlaps any more.
    [{ until: '2026-08-01T00:00:00Z' }, { until: '2026-08-02T00:00:00Z' }, false],
    [{ weekly: 'Fri 16:00-Mon 08:00 UTC' }, { weekly: 'Sun 10:00-11:00 UTC' }, true],
    [{ weekly: 'Fri 16:00-Mon 08:00 UTC' }, { weekly: 'Mon 08:00-09:00 UTC' }, false],
    // Only while Berlin has summer time is its 09:00 before 08:00 in UTC.
    [{ weekly: 'Mon 06:00-08:00 UTC' }, { weekly: 'Mon 09:00-10:00 Europe/Berlin' }, true],
    [{ weekly: 'Mon 07:30-08:00 UTC' }, { weekly: 'Mon 10:00-11:00 Europe/Berlin' }, false],
    [{ weekly: 'Fri 16:00-Mon 08:00 UTC' }, {}, false],
  ])('%j and %j overlap: %s', (a, b, expected) => {
    expect(freezesOverlap(freezeOf(a), freezeOf(b), now)).toBe(expected);
    expect(freezesOverlap(freezeOf(b), freezeOf(a), now)).toBe(expected);
  });
});
