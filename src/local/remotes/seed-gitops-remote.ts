import { paths } from '../../model/config.ts';
import { commitFolder } from './commit-folder.ts';
import { mainRefOf, readHead } from './read-head.ts';
import { sealedGit, sealedGitResult } from './sealed-git.ts';
import { seedOnce } from './seed-once.ts';

export interface GitOpsSeed {
  readonly gitDir: string;
  /** The checkout of the GitOps repository. */
  readonly source: string;
  /** The time of the commit, when a snapshot has to be made. */
  readonly at: Date;
}

export interface GitOpsSeeded {
  readonly head: string;
  /** `history`: HEAD of the checkout with all before it; `snapshot`: its files as one commit; `kept`: there was a main. */
  readonly how: 'history' | 'snapshot' | 'kept';
  /** What is not in the remote, and why, as sentences. */
  readonly leftOut: readonly string[];
}

/** Gives the GitOps remote the history and tags of a checkout, or one commit of its files; keeps a `main` that is there. */
export async function seedGitOpsRemote(seed: GitOpsSeed): Promise<GitOpsSeeded> {
  const seeded = await seedOnce(seed.gitDir, () => writeMain(seed));
  if (seeded !== undefined) return seeded;
  return { head: (await readHead(seed.gitDir))!, how: 'kept', leftOut: [] };
}

async function writeMain(seed: GitOpsSeed): Promise<GitOpsSeeded> {
  const why = await reasonForSnapshot(seed.source);
  if (why !== undefined) {
    const head = await commitFolder({ ...seed, message: 'Take the files of the checkout as they are' });
    return { head, how: 'snapshot', leftOut: [`The history is left out: ${why}.`] };
  }
  await pushHistory(seed);
  const head = await gitIn(seed.source, ['rev-parse', 'HEAD']);
  return { head, how: 'history', leftOut: await describeUncommitted(seed.source) };
}

async function reasonForSnapshot(source: string): Promise<string | undefined> {
  const top = await sealedGitResult(
    ['-c', 'safe.directory=*', 'rev-parse', '--is-shallow-repository', '--show-prefix'],
    { to: 'look at the checkout', cwd: source, allow: [0, 128] },
  );
  const [shallow, prefix] = top.stdout.toString('utf8').split('\n');
  // A checkout may only lie in a folder of another one.
  if (top.code !== 0 || (prefix !== '' && !(await hasFile(source, `HEAD:./${paths.config}`))))
    return 'the folder is not a Git checkout of its own';
  if (shallow === 'true') return 'the checkout is a shallow clone (`git fetch --unshallow` completes it)';
  const head = await sealedGitResult(['-c', 'safe.directory=*', 'rev-parse', '--verify', '--quiet', 'HEAD'], {
    to: 'look at the checkout',
    cwd: source,
    allow: [0, 1],
  });
  return head.code === 0 ? undefined : 'the checkout has no commit yet';
}

/** Whether a commit has a file, such as `HEAD:bitiq.yaml`. */
export async function hasFile(directory: string, name: string): Promise<boolean> {
  const { code } = await sealedGitResult(['-c', 'safe.directory=*', 'cat-file', '-e', name], {
    to: 'look for a file',
    cwd: directory,
    allow: [0, 1, 128],
  });
  return code === 0;
}

async function pushHistory({ source, gitDir }: GitOpsSeed): Promise<void> {
  const tags = (await gitIn(source, ['for-each-ref', '--format=%(refname)', 'refs/tags'])).split('\n');
  const releases = tags.filter((ref) => /^refs\/tags\/(?:v\d|[^/]+\/\d+$)/.test(ref));
  await gitIn(
    source,
    [
      'push',
      '--quiet',
      '--no-verify',
      '--atomic',
      gitDir,
      `HEAD:${await mainRefOf(gitDir)}`,
      ...releases.map((ref) => `${ref}:${ref}`),
    ],
    'put the history of the checkout into the remote',
  );
}

async function describeUncommitted(source: string): Promise<string[]> {
  const status = await gitIn(source, ['status', '--porcelain=v1', '-z', '--no-renames', '--', '.']);
  const files = status
    .split('\0')
    .filter(Boolean)
    .map((entry) => entry.slice(3));
  if (files.length === 0) return [];
  const shown = files.slice(0, 5).join(', ') + (files.length > 5 ? ` and ${files.length - 5} more` : '');
  return [`What is not committed is left out: ${shown}.`];
}

function gitIn(source: string, args: readonly string[], to = 'look at the checkout'): Promise<string> {
  return sealedGit(['-c', 'safe.directory=*', ...args], { to, cwd: source });
}
