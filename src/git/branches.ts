import { git, gitText } from './git.ts';
import { recordsOf } from './records.ts';
import { fetchWith, remoteName, resolveCommit, type Repository } from './repository.ts';

/** The ref here that holds what the remote's ref was when it was last seen: a checkout keeps branches of its remote aside. */
export function keptRef(repository: Repository, ref: string): string {
  if (ref === `refs/heads/${repository.branch}`) return repository.mainRef;
  const name = remoteName(repository);
  return name === undefined ? ref : ref.replace(/^refs\/heads\//, `refs/remotes/${name}/`);
}

/** Brings the branches `bitiq/…` of the remote here, and forgets those that it has no more. */
export async function fetchOwnBranches(repository: Repository): Promise<void> {
  if (repository.remote === repository.directory) return;
  await fetchWith(
    repository,
    [
      '--no-progress',
      // It runs beside the fetch of main and the releases.
      '--no-write-fetch-head',
      '--no-auto-gc',
      '--no-tags',
      '--no-prune-tags',
      '--prune',
      repository.source,
      `+refs/heads/bitiq/*:${keptRef(repository, 'refs/heads/bitiq/*')}`,
    ],
    { to: 'fetch the branches that propose releases' },
  );
}

/** The names of the remote's branches: those that it has now, or with `seen` those that it had when this clone last fetched them. */
export async function branchNames(
  repository: Repository,
  { seen = false }: { readonly seen?: boolean } = {},
): Promise<string[]> {
  const isOwn = repository.remote === repository.directory;
  const folder = keptRef(repository, 'refs/heads/');
  const text =
    seen || isOwn
      ? await gitText(repository.directory, ['for-each-ref', '--format=%(refname)', folder], {
          to: 'list the branches',
        })
      : await gitText(
          repository.directory,
          [...repository.patience.args, 'ls-remote', '--heads', '--refs', repository.source],
          {
            env: repository.patience.env,
            to: `list the branches of ${repository.label}`,
          },
        );
  const prefix = seen || isOwn ? folder : 'refs/heads/';
  return text
    .split('\n')
    .map((line) => line.slice(line.indexOf('\t') + 1))
    .filter((ref) => ref.startsWith(prefix))
    .map((ref) => ref.slice(prefix.length));
}

/** The names of the branches that begin so, as they were fetched last; `start` is of one folder, such as `bitiq/prod.`. */
export async function ownBranches(repository: Repository, start: string): Promise<string[]> {
  const prefix = keptRef(repository, 'refs/heads/');
  const text = await gitText(
    repository.directory,
    ['for-each-ref', '--format=%(refname)', `${prefix}${start}*`, `${prefix}${start}*/**`],
    { to: 'list the branches' },
  );
  return text.split('\n').flatMap((ref) => (ref === '' ? [] : [ref.slice(prefix.length)]));
}

/** Whether main has changed a file that a branch changes, since the branch was made. */
export async function hasChangedSince(
  repository: Repository,
  { branch, main }: { readonly branch: string; readonly main: string },
): Promise<boolean> {
  const base = await commonCommit(repository, branch, main);
  if (base === undefined) return true;
  const to = 'compare the branch';
  const changed = await gitText(
    repository.directory,
    ['diff', '--name-only', '-z', '--no-renames', base, branch],
    { to },
  );
  const paths = changed.split('\0').filter((path) => path !== '');
  const args = ['diff', '--quiet', base, main, '--', ...paths.map((path) => `:(top,literal)${path}`)];
  return (await git(repository.directory, args, { to, allow: [0, 1] })).code === 1;
}

/** The full sha of a branch as the remote was seen last, or undefined. */
export function headOfBranch(repository: Repository, branch: string): Promise<string | undefined> {
  return resolveCommit(repository, keptRef(repository, `refs/heads/${branch}`));
}

/** The newest commit that both have, or undefined when their histories are apart. */
export async function commonCommit(
  repository: Repository,
  a: string,
  b: string,
): Promise<string | undefined> {
  const found = await git(repository.directory, ['merge-base', a, b], {
    to: 'find what two branches have in common',
    allow: [0, 1],
  });
  return found.code === 0 ? found.stdout.toString('utf8').trim() : undefined;
}

/** A commit of a branch. */
export interface BranchCommit {
  readonly sha: string;
  /** When it was committed. */
  readonly date: Date;
  /** The whole of it. */
  readonly message: string;
}

/** The commits of a branch that main does not have, merges left out, newest first. */
export async function commitsApart(
  repository: Repository,
  options: { readonly branch: string; readonly main: string },
): Promise<BranchCommit[]> {
  const text = await gitText(
    repository.directory,
    [
      'log',
      '--no-merges',
      '--max-count=50',
      '--format=%H%x00%ct%x00%B%x00',
      options.branch,
      `^${options.main}`,
    ],
    { to: 'read the branch' },
  );
  return recordsOf(text, 3).map(([sha = '', time, message = '']) => ({
    sha,
    date: new Date(Number(time) * 1000),
    message: message.trimEnd(),
  }));
}

/** The address of the remote as it is written, and as Git uses it by the user's rules; undefined where there is none. */
export async function remoteAddresses(repository: Repository): Promise<string[]> {
  if (repository.remote === repository.directory) return [];
  const name = remoteName(repository);
  if (name === undefined) return [repository.remote];
  const read = (args: readonly string[]) =>
    gitText(repository.directory, args, { to: 'read the remote', allow: [0, 1, 2, 128] });
  const found = await Promise.all([
    read(['config', '--get', `remote.${name}.pushurl`]),
    read(['config', '--get', `remote.${name}.url`]),
    read(['remote', 'get-url', '--push', name]),
  ]);
  return [...new Set(found.filter((url) => url !== ''))];
}
