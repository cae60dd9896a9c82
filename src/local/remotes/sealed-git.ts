import { devNull } from 'node:os';
import { join } from 'node:path';
import { run, type RunOptions, type RunResult } from '../../process/run.ts';

const author = { name: 'bitiq', email: 'bitiq@localhost' };

/**
 * The whole environment of a git process that reads nothing from the host: no configuration of the machine or the user,
 * no prompt, a fixed identity, messages in English.
 */
export function sealedGitEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    ...(process.env['TMPDIR'] === undefined ? {} : { TMPDIR: process.env['TMPDIR'] }),
    HOME: devNull,
    LC_ALL: 'C',
    TZ: 'UTC',
    // A file that is not there and that no process can make: Git would replace /dev/null itself by renaming over it.
    GIT_CONFIG_GLOBAL: join(devNull, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    ...extra,
  };
}

/** Runs git sealed from the host's configuration and gives its output without the last newline. */
export async function sealedGit(args: readonly string[], options: RunOptions): Promise<string> {
  const { stdout } = await sealedGitResult(args, options);
  return stdout.toString('utf8').replace(/\n$/, '');
}

/** Runs git sealed from the host's configuration and gives its exit code and bytes. */
export function sealedGitResult(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return run('git', args, { ...options, env: sealedGitEnvironment(options.env) });
}
