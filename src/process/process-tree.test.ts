import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endGroup, signalGroup, startTimeOf } from './process-tree.ts';

it('names the start of a process: the same each time, another for another process, none when it has ended', async () => {
  const child = spawn('sleep', ['100']);
  const started = await startTimeOf(child.pid!);
  expect(started).toMatch(/\d/);
  expect(await startTimeOf(child.pid!)).toBe(started);
  expect(await startTimeOf(process.pid)).not.toBe(started);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await startTimeOf(child.pid!)).toBeUndefined();
});

it('ends a group that ignores SIGTERM after the grace', async () => {
  const leader = spawn('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done'], {
    detached: true,
  });
  await once(leader.stdout, 'data');
  expect(signalGroup(leader.pid!, 0)).toBe(true);
  const exited = once(leader, 'exit');
  const began = performance.now();
  await endGroup(leader.pid!, 100);
  expect(performance.now() - began).toBeGreaterThan(90);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

it('says that a group with nobody in it is not there', () => {
  expect(signalGroup(2 ** 22 + 1, 0)).toBe(false);
});
