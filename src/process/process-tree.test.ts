import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { endGroup, killedGroupIsGone, signalGroup, startTimeOf } from './process-tree.ts';

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

/** The states of the processes of a group, as ps tells them. */
function statesOf(group: number): string[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' }).split('\n');
  const states = rows.map((row) => row.trim().split(/\s+/));
  return states.flatMap(([id, state = '']) => (id === String(group) ? [state] : []));
}

it('waits until nothing of a killed group runs any more', async () => {
  const leader = spawn('sh', ['-c', 'sleep 100 & sleep 100 & echo up; wait'], { detached: true });
  const exited = once(leader, 'exit');
  await once(leader.stdout, 'data');
  expect(statesOf(leader.pid!).length).toBeGreaterThan(1);
  signalGroup(leader.pid!, 'SIGKILL');
  await killedGroupIsGone(leader.pid!);
  expect(statesOf(leader.pid!).filter((state) => !state.startsWith('Z'))).toEqual([]);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

it.skipIf(process.platform !== 'linux')('does not wait for a zombie that nobody takes away', async () => {
  const parent = spawn('sh', ['-c', 'setsid sleep 100 & echo $!; exec sleep 100']);
  const [group] = (await once(parent.stdout, 'data')).map(Number) as [number];
  await expect.poll(() => statesOf(group)).toHaveLength(1);
  // A shell would take its child away; sleep never does.
  const name = () => readFileSync(`/proc/${parent.pid}/comm`, 'utf8').trim();
  await expect.poll(name).toBe('sleep');
  signalGroup(group, 'SIGKILL');
  await expect.poll(() => statesOf(group)).toEqual([expect.stringMatching(/^Z/)]);
  await killedGroupIsGone(group, Infinity);
  expect(signalGroup(group, 0)).toBe(true);
  parent.kill('SIGKILL');
});

it('says that a group with nobody in it is not there', () => {
  expect(signalGroup(2 ** 22 + 1, 0)).toBe(false);
});
