import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A clone of a remote of a loop, worked on with plain git. */
export interface Clone {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  read(path: string): string;
  /** Writes files, commits them all and gives the full sha; nothing is pushed. */
  commit(files: Readonly<Record<string, string>>, subject?: string): Promise<string>;
  /** The same, and pushes to main after taking what others pushed, also what they push meanwhile; gives the full sha. */
  push(files: Readonly<Record<string, string>>, subject?: string): Promise<string>;
}

/** Clones with the token in the URL. */
export async function cloneRemote(
  loop: { readonly url: string; readonly token: string },
  repository: string,
  folder: string,
): Promise<Clone> {
  const url = `${loop.url.replace('://', `://bitiq:${loop.token}@`)}/git/${repository}.git`;
  await execute('git', ['clone', '--quiet', url, folder]);
  const git = async (...args: string[]): Promise<string> =>
    (await execute('git', ['-C', folder, ...args])).stdout.trimEnd();
  const commit: Clone['commit'] = async (files, subject = 'Change') => {
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', subject);
    return git('rev-parse', 'HEAD');
  };
  return {
    folder,
    git,
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    commit,
    push: async (files, subject) => {
      await git('pull', '--quiet', '--rebase', 'origin', 'main');
      await commit(files, subject);
      for (;;) {
        const known = await git('rev-parse', 'origin/main');
        try {
          await git('push', '--quiet', 'origin', 'HEAD:main');
          return git('rev-parse', 'HEAD');
        } catch (error) {
          // As a person would: the loop may have written a commit since.
          await git('pull', '--quiet', '--rebase', 'origin', 'main');
          if ((await git('rev-parse', 'origin/main')) === known) throw error;
        }
      }
    },
  };
}
