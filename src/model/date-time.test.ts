import { expect, it } from 'vitest';
import { inUtc } from './date-time.ts';

it.each([
  ['2026-01-02T05:00:00+00:00', '2026-01-02T05:00:00Z'],
  ['2026-01-02T05:00:00+02:00', '2026-01-02T03:00:00Z'],
  ['2026-01-02T05:00:00Z', '2026-01-02T05:00:00Z'],
  ['', ''],
])('writes the moment %j in UTC', (text, utc) => expect(inUtc(text)).toBe(utc));
