import { setTimeout as sleep } from 'node:timers/promises';
import { fc } from '../../test/kit/fast-check.ts';
import { expect, it } from 'vitest';
import { openQueue } from './queue.ts';

it('does one thing after another, also after one that failed', async () => {
  const queue = openQueue();
  const done: string[] = [];
  const results = await Promise.allSettled([
    queue.add(async () => (await sleep(5), done.push('slow'))),
    queue.add(() => {
      throw new Error('no');
    }),
    queue.add(() => done.push('quick')),
  ]);
  expect(done).toEqual(['slow', 'quick']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('is idle when all has ended that was added, also what was added meanwhile', async () => {
  const queue = openQueue();
  let ended = 0;
  const work = async (): Promise<void> => {
    await sleep(1);
    if (++ended < 4) void queue.add(work);
  };
  void queue.add(work);
  await queue.idle();
  expect(ended).toBe(4);
  await queue.idle();
});

it('starts all in their order, at most so many at once, and loses none', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3), { maxLength: 30 }),
      async (atOnce, delays) => {
        const queue = openQueue(atOnce);
        const started: number[] = [];
        let [now, most] = [0, 0];
        const jobs: Promise<number>[] = [];
        for (const [index, delay] of delays.entries()) {
          jobs.push(
            queue.add(async () => {
              started.push(index);
              most = Math.max(most, ++now);
              for (let turn = 0; turn < delay; turn++) await Promise.resolve();
              now -= 1;
              return index;
            }),
          );
          if (delay === 0) await Promise.resolve();
        }
        expect(await Promise.all(jobs)).toEqual([...delays.keys()]);
        expect(started).toEqual([...delays.keys()]);
        expect(most).toBeLessThanOrEqual(atOnce);
      },
    ),
  ));
