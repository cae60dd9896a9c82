type Tell = (text: string) => void;

interface Wait {
  count: number;
  readonly end: () => void;
}

let tell: Tell | undefined;
const waits = new Map<string, Wait>();

/** Sets who is told what a command waits for; by default no one is. */
export function tellWaits(to: Tell | undefined): void {
  tell = to;
}

/**
 * Tells after ten seconds, and then every thirty, that something is still waited for, such as a remote that does not answer: once,
 * however many wait for the same. Returns the function that ends the wait.
 */
export function stillWaiting(what: string, { firstMs = 10_000, thenMs = 30_000 } = {}): () => void {
  const wait = waits.get(what) ?? begin(what, firstMs, thenMs);
  wait.count++;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    wait.count--;
    if (wait.count > 0) return;
    wait.end();
    waits.delete(what);
  };
}

function begin(what: string, firstMs: number, thenMs: number): Wait {
  const since = performance.now();
  const say = () => {
    const seconds = Math.round((performance.now() - since) / 1000);
    tell?.(`Still waiting for ${what}, ${seconds} s …`);
    timer = setTimeout(say, thenMs).unref();
  };
  let timer = setTimeout(say, firstMs).unref();
  const wait = { count: 0, end: () => clearTimeout(timer) };
  waits.set(what, wait);
  return wait;
}
