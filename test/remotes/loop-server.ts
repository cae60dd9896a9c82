import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startServer, type LoopServer, type LoopServerOptions } from '../../src/local/server.ts';
import type { LoopView } from '../../src/model/loop-view.ts';

export const token = 'token-of-a-test-0123456789';
const nothing: LoopView = { source: 'loop', environments: [], runs: [], events: [] };

/** A server of the loop on a free port, closed when the test ends; problems are collected. */
export async function loopServer(
  root: string,
  change: Partial<LoopServerOptions> = {},
): Promise<LoopServer & { problems: string[]; withToken: (repository: string) => string }> {
  const problems: string[] = [];
  const server = await startServer({
    port: 0,
    git: { root, token, onProblem: (message) => problems.push(message) },
    hooks: { seenFile: join(root, 'seen.json'), onHook: () => Promise.resolve({ status: 202, body: '{}' }) },
    board: { snapshot: () => nothing, subscribe: () => () => {}, openLog: () => undefined },
    ...change,
  });
  onTestFinished(() => server.close());
  const withToken = (repository: string): string =>
    `${server.url.replace('//', `//anyone:${token}@`)}/git/${repository}.git`;
  return { ...server, problems, withToken };
}
