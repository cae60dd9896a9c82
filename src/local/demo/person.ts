import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../process/run.ts';

/** A person with a clone, who works with plain git over HTTP. */
export interface Person {
  /** Changes one file, commits and pushes; gives the full sha. Fails when the text to replace is not there. */
  change(edit: {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
    readonly subject: string;
  }): Promise<string>;
}

/** Clones a remote of the loop as a person would, into a new folder. */
export async function clone(options: {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
}): Promise<Person> {
  const { url, token, folder } = options;
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@bitiq.localhost',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@bitiq.localhost',
    // The password goes by the environment: arguments can be read by every process of the machine.
    GIT_CONFIG_GLOBAL: '/dev/null/gitconfig',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`demo:${token}`).toString('base64')}`,
    GIT_TERMINAL_PROMPT: '0',
  };
  const git = async (to: string, ...args: string[]): Promise<string> =>
    (await run('git', args, { to, env, secrets: [token] })).stdout.toString('utf8').trim();
  await git(`clone ${url}`, 'clone', '--quiet', url, folder);
  return {
    change: async ({ file, find, replace, subject }) => {
      await git('take what others pushed', '-C', folder, 'pull', '--quiet', '--rebase', 'origin', 'main');
      const path = join(folder, file);
      const text = await readFile(path, 'utf8');
      if (!text.includes(find)) throw new Error(`${file} has no ${JSON.stringify(find)}`);
      await writeFile(
        path,
        text.replace(find, () => replace),
      );
      await git('commit', '-C', folder, 'commit', '--quiet', '--all', '--message', subject);
      await git('push', '-C', folder, 'push', '--quiet', 'origin', 'HEAD:main');
      return git('name the commit', '-C', folder, 'rev-parse', 'HEAD');
    },
  };
}
