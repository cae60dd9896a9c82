import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoopView } from '../../src/model/loop-view.ts';
import type { BoardSource } from '../../src/board/board-source.ts';
import { loopServer } from '../remotes/loop-server.ts';
import { temporaryFolder } from '../remotes/workshop.ts';

/** A running board whose view a test can change. */
export async function liveBoard(first: LoopView, more: Partial<BoardSource> = {}) {
  const folder = await temporaryFolder();
  const listeners = new Set<() => void>();
  let view = first;
  const logPath = (run: string, task: string, step: string): string =>
    join(folder, 'runs', run, task, `${step}.log`);
  const source: BoardSource = {
    snapshot: () => view,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openLog: logPath,
    ...more,
  };
  const server = await loopServer(join(folder, 'git'), { board: source });
  return {
    ...server,
    listeners,
    /** Starts it again on the port that it had. */
    startAgain: () => loopServer(join(folder, 'git'), { board: source, port: server.port }),
    show: (next: LoopView): void => {
      view = next;
      listeners.forEach((listener) => listener());
    },
    writeLog: async (run: string, task: string, step: string, text: string | Buffer): Promise<void> => {
      const path = logPath(run, task, step);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flag: 'a' });
    },
  };
}
