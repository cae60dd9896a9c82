import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.ts';
import type { Patience } from './patience.ts';

/**
 * The name of the branch that holds the truth where nothing names it: `main` if there is one, else the default branch of the
 * remote. Asks git, and the remote once, only where this repository has not seen a `main`.
 */
export async function findMainBranch(options: {
  readonly directory: string;
  /** The folder that holds the refs. */
  readonly commonDirectory: string;
  /** Where the remote's branches are kept here, such as `refs/remotes/origin/`. */
  readonly refs: string;
  /** Undefined: nothing is asked. */
  readonly remote: string | undefined;
  readonly patience?: Patience | undefined;
}): Promise<string> {
  const { directory, commonDirectory, refs, remote, patience } = options;
  const has = async (ref: string) =>
    existsSync(join(commonDirectory, ref)) ||
    new RegExp(`^[0-9a-f]+ ${ref}$`, 'm').test(
      await readFile(join(commonDirectory, 'packed-refs'), 'utf8').catch(() => ''),
    );
  if (await has(`${refs}main`)) return 'main';
  const isOwn = refs === 'refs/heads/';
  // Of a remote it is what a clone saw; of a bare repository its own; of a cache what was found out before.
  const head = await git(directory, ['symbolic-ref', '--quiet', isOwn ? 'HEAD' : `${refs}HEAD`], {
    to: 'find the default branch',
    allow: [0, 1, 128],
  });
  const ref = head.stdout.toString('utf8').trim();
  if (head.code === 0 && ref.startsWith(refs) && (remote === undefined || (await has(ref)))) {
    return ref.slice(refs.length);
  }
  if (remote === undefined) return 'main';
  const asked = await git(
    directory,
    [...(patience?.args ?? []), 'ls-remote', '--symref', remote, 'HEAD', 'refs/heads/main'],
    {
      to: 'find the default branch of the remote',
      env: patience?.env,
      allow: [0, 1, 2, 128],
    },
  );
  const said = asked.stdout.toString('utf8');
  const named = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(said)?.[1];
  // What is wrong with the remote is told when it is fetched.
  if (asked.code !== 0 || named === undefined || /\trefs\/heads\/main$/m.test(said)) return 'main';
  await git(directory, ['symbolic-ref', isOwn ? 'HEAD' : `${refs}HEAD`, `${refs}${named}`], {
    to: 'note the default branch',
    allow: [0, 1, 128],
  });
  return named;
}
