/** Does what is added in its order, so many at once. */
export interface Queue {
  /** Resolves or rejects as this piece of work does; a failure keeps nothing else from being done. */
  add<T>(work: () => T | Promise<T>): Promise<T>;
  /** Resolves when all that was added has ended. */
  idle(): Promise<void>;
}

/** An empty queue; by default one piece of work at a time. */
export function openQueue(atOnce = 1): Queue {
  const waiting: (() => Promise<void>)[] = [];
  const workers = new Set<Promise<void>>();
  let working = 0;

  async function work(): Promise<void> {
    working += 1;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    working -= 1; // in one breath with the last look, so that nothing is added in between and left
  }

  return {
    add: (job) =>
      new Promise((resolve, reject) => {
        waiting.push(async () => {
          try {
            resolve(await job());
          } catch (error) {
            reject(error as Error);
          }
        });
        if (working >= atOnce) return;
        const worker = work().finally(() => workers.delete(worker));
        workers.add(worker);
      }),
    async idle() {
      while (workers.size > 0) await Promise.all(workers);
    },
  };
}
