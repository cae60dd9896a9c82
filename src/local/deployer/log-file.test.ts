import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openLogFile } from './log-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bitiq-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('keeps the order, and at most two files of the given size', async () => {
  const path = join(folder, 'logs/orders.log');
  const log = await openLogFile(path, 100);
  await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(Buffer.from(`line ${n + 10}\n`))));
  await log.close();
  const [older, newer] = await Promise.all([readFile(`${path}.1`, 'utf8'), readFile(path, 'utf8')]);
  expect(older.length).toBeLessThanOrEqual(100);
  expect(newer.length).toBeLessThanOrEqual(100);
  const lines = (older + newer).trimEnd().split('\n');
  expect(lines.at(-1)).toBe('line 59');
  expect(lines).toEqual([...lines].sort());
});

it('goes on where an earlier run ended', async () => {
  const path = join(folder, 'orders.log');
  for (const text of ['one\n', 'two\n']) {
    const log = await openLogFile(path, 100);
    await log.append(Buffer.from(text));
    await log.close();
  }
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
});
