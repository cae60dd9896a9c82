import { describe, expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

describe('oneAtATime', () => {
  it('gives whoever asks meanwhile one reading that begins later', async () => {
    let now = 0;
    const begun: number[] = [];
    const read = oneAtATime(async () => {
      begun.push(now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return begun.at(-1)!;
    });
    const first = read();
    now = 1;
    const others = [read(), read(), read()];
    now = 2;
    expect(await first).toBe(0);
    expect(await Promise.all(others)).toEqual([2, 2, 2]);
    now = 3;
    expect(await read()).toBe(3);
    expect(begun).toEqual([0, 2, 3]);
  });

  it('goes on after a reading that failed', async () => {
    let times = 0;
    const read = oneAtATime(() =>
      ++times < 3 ? Promise.reject(new Error(`no ${times}`)) : Promise.resolve('yes'),
    );
    const failed = await Promise.allSettled([read(), read()]);
    expect(failed.map((one) => one.status === 'rejected' && String(one.reason))).toEqual([
      'Error: no 1',
      'Error: no 2',
    ]);
    expect(await read()).toBe('yes');
  });
});
