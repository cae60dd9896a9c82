import { describe, expect, it } from 'vitest';
import { parseDuration, printDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['300ms', 300],
    ['1.5s', 1500],
    ['1h30m', 5_400_000],
    ['1m30s', 90_000],
    ['5', undefined],
    ['5 minutes', undefined],
    ['-1s', undefined],
    ['', undefined],
  ])('%s is %s ms', (text, wanted) => {
    expect(parseDuration(text)).toBe(wanted);
  });
});

describe('printDuration', () => {
  it.each([
    [0, '0s'],
    [200, '200ms'],
    [1500, '1.5s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
  ])('prints %s ms as %s', (duration, wanted) => {
    expect(printDuration(duration)).toBe(wanted);
    expect(parseDuration(wanted)).toBe(duration);
  });
});
