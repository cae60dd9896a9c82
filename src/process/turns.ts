/** Lets a bounded number of things happen at once and a bounded number wait, in their order. */
export interface Turns {
  /**
   * Resolves with the function that ends the turn when it has begun; undefined at once when too many wait already, and when the signal
   * is given while this one waits.
   */
  take(signal: AbortSignal): Promise<(() => void) | undefined>;
}

/** Makes turns of which `atOnce` go on at the same time, while at most `waiting` others wait. */
export function openTurns({ atOnce, waiting }: { readonly atOnce: number; readonly waiting: number }): Turns {
  let under = 0;
  const queue = new Set<() => void>();

  function begin(): () => void {
    under += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      under -= 1;
      const [next] = queue;
      next?.();
    };
  }

  return {
    take(signal) {
      if (signal.aborted || queue.size >= waiting) return Promise.resolve(undefined);
      if (under < atOnce && queue.size === 0) return Promise.resolve(begin());
      return new Promise((resolve) => {
        const leave = () => {
          queue.delete(start);
          resolve(undefined);
        };
        const start = () => {
          queue.delete(start);
          signal.removeEventListener('abort', leave);
          resolve(begin());
        };
        queue.add(start);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
