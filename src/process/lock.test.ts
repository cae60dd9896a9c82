import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { readLock, takeLock, withLock } from './lock.ts';
import { startTimeOf } from './process-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'bitiq-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function holdByParent(file: string): Promise<void> {
  const owner = { pid: process.ppid, started: await startTimeOf(process.ppid) };
  writeFileSync(file, JSON.stringify(owner));
}

it('withLock tells at once for whom it waits', async () => {
  const file = join(folder, 'at-once');
  await holdByParent(file);
  expect(
    await withLock(
      file,
      () => Promise.resolve('done'),
      () => rmSync(file),
      600_000,
    ),
  ).toBe('done');
});

it('withLock tells again and again for whom it waits, and how long', async () => {
  const file = join(folder, 'lock');
  await holdByParent(file);
  const told: [number, number][] = [];
  const waiting = (holder: number, waitedMs: number): void => {
    told.push([holder, waitedMs]);
    if (told.length === 3) rmSync(file);
  };
  expect(await withLock(file, () => Promise.resolve('done'), waiting, 20)).toBe('done');
  expect(told.map(([holder]) => holder)).toEqual(Array(3).fill(process.ppid));
  expect(told[2]![1]).toBeGreaterThanOrEqual(40);
});

it('tells who has a lock and what they told, until it is released', async () => {
  const file = join(folder, 'told');
  const lock = await takeLock(file, { url: '' });
  if ('owner' in lock) throw new Error('it is free');
  expect(await takeLock(file)).toMatchObject({ owner: { pid: process.pid, url: '' } });
  await lock.tell({ url: 'http://here' });
  expect(await readLock(file)).toMatchObject({ pid: process.pid, url: 'http://here' });
  await lock.release();
  expect(await readLock(file)).toBeUndefined();
});

it.each([
  ['a process that has the id of an ended one', JSON.stringify({ pid: process.pid, started: 'long ago' })],
  ['a process that has ended', JSON.stringify({ pid: 2 ** 22 - 1, started: 'x/1' })],
  ['a power cut', ''],
  ['an older form', String(process.pid)],
])('takes over the lock of %s', async (_, text) => {
  const file = join(folder, 'stale');
  writeFileSync(file, text);
  const lock = await takeLock(file);
  expect(lock).not.toHaveProperty('owner');
  if (!('owner' in lock)) await lock.release();
  expect(readdirSync(folder).filter((name) => name.startsWith('stale'))).toEqual([]);
});

it('is held by one process at a time, whoever is killed', async () => {
  const file = join(folder, 'killed');
  const inside = join(folder, 'inside');
  const module = new URL('../../dist/process/lock.js', import.meta.url).href;
  const program = `
    import { readFileSync, rmSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(module)};
    const alive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
    for (;;) await withLock(${JSON.stringify(file)}, async () => {
      let other;
      try { other = Number(readFileSync(${JSON.stringify(inside)}, 'utf8')); } catch {}
      console.log(other && other !== process.pid && alive(other) ? 'both ' + other : 'in');
      writeFileSync(${JSON.stringify(inside)}, String(process.pid));
      await sleep(Math.random() * 10);
      rmSync(${JSON.stringify(inside)}, { force: true });
    }, undefined, 5);`;
  const turns: string[] = [];
  const begin = (): ChildProcess => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      turns.push(...chunk.toString().trim().split('\n'));
    });
    return child;
  };
  const workers = Array.from({ length: 4 }, begin);
  for (let kills = 0; kills < 8; kills++) {
    const before = turns.length;
    while (turns.length < before + 5) await sleep(5);
    const killed = workers.shift()!;
    killed.kill('SIGKILL');
    await once(killed, 'exit'); // until then its id answers
    workers.push(begin());
  }
  await Promise.all(workers.map((worker) => (worker.kill('SIGKILL'), once(worker, 'exit'))));
  expect(turns.filter((line) => line !== 'in')).toEqual([]);
});
