import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withLock } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('withLock tells at once for whom it waits', async () => {
  const file = join(folder, 'at-once');
  writeFileSync(file, String(process.ppid));
  expect(await withLock(file, () => Promise.resolve('done'), () => rmSync(file), 600_000)).toBe('done');
});

it('withLock tells again and again for whom it waits, and how long', async () => {
  const file = join(folder, 'lock');
  writeFileSync(file, String(process.ppid));
  const told: [string, number][] = [];
  const waiting = (holder: string, waitedMs: number): void => {
    told.push([holder, waitedMs]);
    if (told.length === 3) rmSync(file);
  };
  expect(await withLock(file, () => Promise.resolve('done'), waiting, 20)).toBe('done');
  expect(told.map(([holder]) => holder)).toEqual(Array(3).fill(String(process.ppid)));
  expect(told[2]![1]).toBeGreaterThanOrEqual(40);
});
