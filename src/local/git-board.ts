import { setTimeout as sleep } from 'node:timers/promises';
import type { LoopView } from '../model/loop-view.ts';
import { fetchOwnBranches } from '../git/branches.ts';
import { fetchRemote, headOfMain, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readGitView } from '../actions/read/git-view.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { describeProblem } from './describe-problem.ts';
import { startServer } from './server.ts';

export interface GitBoardOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Milliseconds between two looks at the remote. */
  readonly interval: number;
  readonly clock: () => Date;
  /** Ends the board. */
  readonly signal: AbortSignal;
  readonly onStarted: (url: string) => void;
  /** The repository could not be read; the board goes on with what it read last. Told once for each reason. */
  readonly onProblem: (message: string) => void;
}

/** Serves the board of what a repository says until the signal. Throws what keeps the repository from being read the first time. */
export async function serveGitBoard(repository: Repository, options: GitBoardOptions): Promise<void> {
  const listeners = new Set<() => void>();
  let view = await read(repository, options.clock());
  const server = await startServer({
    port: options.port,
    board: {
      snapshot: () => view,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      openLog: () => undefined,
    },
  });
  options.onStarted(server.url);
  let told: string | undefined;
  while (await waited(options.interval, options.signal)) {
    try {
      const newer = await read(repository, options.clock());
      told = undefined;
      if (JSON.stringify(newer) === JSON.stringify(view)) continue;
      view = newer;
      for (const listener of listeners) listener();
    } catch (error) {
      const problem = describeProblem(error);
      if (problem !== told && !options.signal.aborted) options.onProblem(problem);
      told = problem;
    }
  }
  await server.close();
}

async function read(repository: Repository, now: Date): Promise<LoopView> {
  const branches = fetchOwnBranches(repository);
  // What is wrong with the remote is told by the other.
  branches.catch(() => {});
  await fetchRemote(repository);
  await branches;
  const head = await headOfMain(repository);
  return readGitView(repository, { head, config: await readConfig(commitTree(repository, head)), now });
}

/** Whether the time passed, and not the signal came. */
async function waited(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
