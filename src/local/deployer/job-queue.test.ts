import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openJobQueue } from './job-queue.ts';

function openTestQueue(isObsolete = false) {
  const done: string[] = [];
  let last = '';
  const queue = openJobQueue<string, string>({
    async perform(job, signal) {
      await sleep(20, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      last = job;
      done.push(job);
    },
    result: () => last,
    isObsolete: () => isObsolete,
  });
  return { queue, done };
}

describe('openJobQueue', () => {
  it('does one at a time, and of those that wait only the newest', async () => {
    const { queue, done } = openTestQueue();
    const results = await Promise.all(['a', 'b', 'c', 'd'].map((job) => queue.add(job)));
    expect(done).toEqual(['a', 'd']);
    expect(results).toEqual(['a', 'd', 'd', 'd']);
    expect(await queue.add('e')).toBe('e');
  });

  it('gives up a job that a newer one made obsolete, and answers its caller with the newer result', async () => {
    const { queue, done } = openTestQueue(true);
    const results = await Promise.all([queue.add('a'), queue.add('b')]);
    expect(done).toEqual(['b']);
    expect(results).toEqual(['b', 'b']);
  });

  it('answers everybody when it is closed, and does nothing more', async () => {
    const { queue, done } = openTestQueue();
    const answers = [queue.add('a'), queue.add('b')];
    await queue.close();
    expect(await Promise.all([...answers, queue.add('c')])).toEqual(['', '', '']);
    expect(done).toEqual([]);
  });
});
