import { describe, expect, it } from 'vitest';
import { openTurns } from './turns.ts';

const never = new AbortController().signal;

describe('openTurns', () => {
  it('begins turns in order, as many at once as may be, and refuses what would wait too long', async () => {
    const turns = openTurns({ atOnce: 1, waiting: 2 });
    const begun: string[] = [];
    const end = (await turns.take(never))!;
    const second = turns.take(never).then((ended) => (begun.push('second'), ended!));
    const third = turns.take(never).then((ended) => (begun.push('third'), ended!));
    expect(await turns.take(never)).toBeUndefined();
    expect(begun).toEqual([]);
    end();
    end(); // ends one turn, however often it is called
    const endSecond = await second;
    expect(begun).toEqual(['second']);
    endSecond();
    await third;
    expect(begun).toEqual(['second', 'third']);
  });

  it('forgets who goes away while waiting', async () => {
    const turns = openTurns({ atOnce: 1, waiting: 1 });
    const end = (await turns.take(never))!;
    const leaving = new AbortController();
    const left = turns.take(leaving.signal);
    leaving.abort();
    expect(await left).toBeUndefined();
    const next = turns.take(never);
    end();
    expect(await next).toBeTypeOf('function');
  });
});
