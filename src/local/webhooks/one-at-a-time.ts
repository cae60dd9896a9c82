import { setTimeout as wait } from 'node:timers/promises';

/**
 * Makes one reading serve all who ask: a caller that comes while one runs gets the next, which begins after the call, so that no
 * caller gets what was true before. A reading that fails fails for those who share it. Under a flood the next begins `rest`
 * milliseconds after the last has ended, so that more can share it.
 */
export function oneAtATime<T>(read: () => Promise<T>, rest = 0): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const mine = read();
    const over = mine
      .catch(() => {})
      .then(() => (rest > 0 ? wait(rest) : undefined))
      .then(() => {
        if (running === over) running = undefined;
      });
    running = over;
    return mine;
  };
  return () => {
    if (running === undefined) return start();
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}
