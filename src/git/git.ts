import { run, type RunResult } from '../process/run.ts';

export interface GitOptions {
  /** Why git is run, as the end of "git failed to …". */
  readonly to: string;
  readonly input?: string | Uint8Array | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly allow?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the user's git in a repository; never asks on a terminal, and prints in English so that its output can be read. */
export function git(gitDir: string, args: readonly string[], options: GitOptions): Promise<RunResult> {
  return run('git', ['-C', gitDir, ...args], {
    ...options,
    env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', ...options.env },
  });
}

/** What git printed, without the last newline. */
export async function gitText(gitDir: string, args: readonly string[], options: GitOptions): Promise<string> {
  return (await git(gitDir, args, options)).stdout.toString('utf8').replace(/\n$/, '');
}
