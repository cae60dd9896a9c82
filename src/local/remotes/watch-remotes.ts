import { watch, type FSWatcher } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import { readHead } from './read-head.ts';

export interface RemoteHead {
  readonly repository: string;
  /** The full sha at the head of `main`. */
  readonly head: string;
}

export interface RemotesWatch {
  /** The folder with the bare remotes, `<root>/<repository>.git`. */
  readonly root: string;
  readonly repositories: readonly string[];
  /** Called once for each head, also for those found at the start; when it throws it is called again at the next look. */
  readonly onPush: (push: RemoteHead) => Promise<void> | void;
  readonly onProblem?: ((message: string) => void) | undefined;
  /** Milliseconds between two looks without a sign; the safety net. Default: 2000. */
  readonly pollEvery?: number | undefined;
}

export interface WatchedRemotes {
  /** Looks at all remotes now, and is done when every head found has been reported. */
  check(): Promise<void>;
  /** Stops watching; a report that is under way is awaited. */
  close(): Promise<void>;
}

/** Reports the head of `main` of each remote whenever it is another one than was last reported without an error. */
export async function watchRemotes(options: RemotesWatch): Promise<WatchedRemotes> {
  const looks = new Map(
    options.repositories.map((repository) => [repository, startLook(options, repository)]),
  );
  const pushes = join(options.root, 'pushes');
  await mkdir(pushes, { recursive: true });
  const check = async (): Promise<void> => {
    await Promise.all([...looks.values()].map((look) => look()));
  };
  const watcher = startWatcher(pushes, (file) => void (file === null ? check() : looks.get(file)?.()));
  const poll = setInterval(() => void check(), options.pollEvery ?? 2000);
  void check();
  let closing: Promise<void> | undefined;
  return {
    check,
    close: () =>
      (closing ??= (async () => {
        clearInterval(poll);
        watcher?.close();
        const all = [...looks.values()];
        looks.clear();
        await Promise.all(all.map((look) => look.stop()));
      })()),
  };
}

interface Look {
  (): Promise<void>;
  stop(): Promise<void>;
}

/** One look at a time for each remote; a sign during a look means one more look after it. */
function startLook(options: RemotesWatch, repository: string): Look {
  let reported: string | undefined;
  let lastProblem: string | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  const stopping = new AbortController();
  const once = async (): Promise<void> => {
    try {
      const head = await readHead(join(options.root, `${repository}.git`));
      if (head === undefined || head === reported || stopping.signal.aborted) return;
      await options.onPush({ repository, head });
      reported = head;
      lastProblem = undefined;
    } catch (error) {
      const problem = messageOf(error);
      if (problem !== lastProblem) options.onProblem?.(problem);
      lastProblem = problem;
    }
  };
  const loop = async (): Promise<void> => {
    do {
      again = false;
      await once();
    } while (again && !stopping.signal.aborted);
    running = undefined;
  };
  const look = (): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    if (running === undefined) running = loop();
    else again = true;
    return running;
  };
  return Object.assign(look, {
    stop: async (): Promise<void> => {
      stopping.abort();
      await running;
    },
  });
}

/** A file system that cannot be watched is not a fault: the poll finds the push. */
function startWatcher(folder: string, onSign: (file: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_event, file) => onSign(file));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
