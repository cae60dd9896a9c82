import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { git, gitInvocation, gitText } from './git.ts';
import type { Repository } from './repository.ts';

const longHistory = 10_000;
const restMs = 24 * 60 * 60 * 1000;

/**
 * Lets Git write its commit-graph with the changed paths of every commit, in the background and at most once a day, so that
 * the next look at a long history is ten times as fast. It is Git's own cache and can be deleted at any time. Never throws.
 */
export async function indexHistory(repository: Repository): Promise<void> {
  const { directory } = repository;
  try {
    const to = { to: 'look for the commit-graph' };
    const [folder, count] = await Promise.all([
      gitText(directory, ['rev-parse', '--git-path', 'objects/info'], to),
      git(directory, ['rev-list', '--count', `--max-count=${longHistory}`, repository.mainRef], to),
    ]);
    if (Number(count.stdout.toString()) < longHistory) return;
    const info = resolve(directory, folder);
    if ((await ageOf(resolve(info, 'commit-graphs/commit-graph-chain'))) < restMs) return;
    const invocation = gitInvocation(directory, [
      'commit-graph',
      'write',
      '--reachable',
      '--changed-paths',
      '--split',
      '--no-progress',
    ]);
    spawn('git', invocation.args, { detached: true, stdio: 'ignore', env: invocation.env })
      .on('error', () => {})
      .unref();
  } catch {
    // Slower is all that it is without.
  }
}

async function ageOf(file: string): Promise<number> {
  const info = await stat(file).catch(() => undefined);
  return info === undefined ? Infinity : Date.now() - info.mtimeMs;
}
