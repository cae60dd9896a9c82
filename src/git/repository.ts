import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { isRemoteAddress } from '../model/remote-address.ts';
import { cacheFolder } from '../process/cache-folder.ts';
import { run, stripSecrets, type RunResult } from '../process/run.ts';
import { blockedClone } from './blocked-clone.ts';
import { chooseRemote, readGitSettings } from './choose-remote.ts';
import { git, markFound, noteSettings } from './git.ts';
import { findMainBranch } from './main-branch.ts';
import { noteRemoteTags, refusedTags } from './remote-tags.ts';
import {
  branchName,
  findFolder,
  folderName,
  noRepository,
  notUsed,
  type OpenOptions,
} from './repository-place.ts';
import { patienceOf, type Patience } from './patience.ts';
import { askObjects, type GitObject } from './object-reader.ts';
import { readSplit, type Split } from './split-remote.ts';

/** An opened GitOps repository: where its objects are read and written, and the remote that holds the truth. */
export interface Repository {
  /** The folder that git runs in: a work tree's root or a bare repository. */
  readonly directory: string;
  readonly kind: 'checkout' | 'bare' | 'cache';
  /** What pushes go to: a remote's name, a URL or a path. */
  readonly remote: string;
  /** What is fetched: where pushes go, too. */
  readonly source: string;
  /** The branch that holds the truth: `main`, or what stands for it. */
  readonly branch: string;
  /** The ref that holds the head of that branch as this repository last saw it. */
  readonly mainRef: string;
  /** The folder of the GitOps files in the repository, `''` or with a slash at its end; all paths of files are relative to it. */
  readonly folder: string;
  /** How a person would name it, without credentials. */
  readonly label: string;
  /** Where the remote is fetched from and pushed to, when that is not the same. */
  readonly split?: Split | undefined;
  /** How its remote is asked, and how long a push may take. */
  readonly patience: Patience;
  /** Ends what waits for this repository, and keeps a push to it from beginning. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a repository by path or URL. A checkout reads and writes the main branch of the remote that Git would push it to; a
 * checkout without one, and a bare repository, are their own remote; a URL is kept in a cache that can be deleted at any time.
 */
export async function openRepository(location: string, options: OpenOptions = {}): Promise<Repository> {
  if (isRemoteAddress(location)) return openUrl(location, options);
  const directory = resolve(location);
  if (!existsSync(directory)) throw noRepository(`The folder ${location} does not exist.`);
  markFound(directory, options.isFound === true);
  const [found, settings] = await Promise.all([
    git(
      directory,
      ['rev-parse', '--is-bare-repository', '--git-common-dir', '--show-cdup', '--show-prefix'],
      {
        to: 'find the repository',
        allow: [0, 128],
      },
    ),
    readGitSettings(directory),
  ]);
  if (found.code !== 0) throw notUsed(location, found.stderr);
  const [bare, common = '', up = '', prefix = ''] = found.stdout.toString('utf8').split('\n');
  const commonDirectory = resolve(directory, common);
  const label = location;
  const named = branchName(options.branch ?? settings.get('bitiq.branch')?.at(-1));
  const own = (root: string) =>
    named ?? findMainBranch({ directory: root, commonDirectory, refs: 'refs/heads/', remote: undefined });
  const chosen = options.folder ?? settings.get('bitiq.folder')?.at(-1) ?? '';
  const patience = patienceOf(settings, process.env);
  if (bare === 'true') {
    const branch = await own(directory);
    const refs = { remote: directory, source: directory, branch, mainRef: `refs/heads/${branch}` };
    return { directory, kind: 'bare', ...refs, folder: folderName(chosen), label, patience };
  }
  const root = resolve(directory, up);
  noteSettings(root, settings);
  const folder = options.folder === undefined ? findFolder(root, prefix) : undefined;
  const place = {
    directory: root,
    kind: 'checkout',
    folder: folder ?? folderName(chosen),
    label,
    patience,
  } as const;
  const remote = chooseRemote(settings, { branch: named, label });
  if (remote === undefined) {
    const branch = await own(root);
    return { ...place, remote: root, source: root, branch, mainRef: `refs/heads/${branch}` };
  }
  // Pushes go there, so what counts is read there.
  const split = await readSplit(root, { remote, settings });
  const source = split?.push[0] ?? settings.get(`remote.${remote}.pushurl`)?.[0] ?? remote;
  const refs = `refs/remotes/${remote}/`;
  const asked = options.offline ? undefined : source;
  const branch =
    named ?? (await findMainBranch({ directory: root, commonDirectory, refs, remote: asked, patience }));
  return { ...place, remote, source, branch, mainRef: `${refs}${branch}`, split };
}

/** The name of the remote that a checkout has, undefined for what is its own remote or is kept by its URL. */
export function remoteName(repository: Repository): string | undefined {
  const { kind, directory, remote } = repository;
  return kind === 'checkout' && remote !== directory ? remote : undefined;
}

/** The path of a GitOps file in the repository. */
export function pathInside(repository: Repository, path: string): string {
  return repository.folder + path;
}

/** Brings main, the tags and what is recorded of health from the remote here; tags that the clone has as other objects stay, see `tagOnRemote`. Nothing to do for a repository that is its own remote. */
export async function fetchRemote(repository: Repository): Promise<void> {
  if (repository.remote === repository.directory) return;
  const fetched = await fetchWith(
    repository,
    [
      // Not quiet: only then git says which tag it refuses to move.
      '--no-progress',
      // Whatever a person has set: tags of their own stay.
      '--no-prune',
      '--no-prune-tags',
      '--no-auto-gc',
      repository.source,
      `+refs/heads/${repository.branch}:${repository.mainRef}`,
      // A cache has no tags of its own. In a clone a tag that is there stays: it may be the right one, and the other moved.
      `${repository.kind === 'cache' ? '+' : ''}refs/tags/*:refs/tags/*`,
      // A pattern, as a repository without recorded health has no such ref.
      '+refs/bitiq/*:refs/bitiq/*',
    ],
    { to: `fetch ${repository.branch} and the releases from ${remoteOf(repository)}`, allow: [0, 1, 128] },
  );
  if (fetched.code === 0) return noteRemoteTags(repository, []);
  const said = stripSecrets(fetched.stderr.trim(), []);
  const refused = refusedTags(said);
  if (refused !== undefined) return noteRemoteTags(repository, refused);
  if (said.includes(`couldn't find remote ref refs/heads/${repository.branch}`)) throw noBranch(repository);
  const blocked = blockedClone(repository, said);
  if (blocked !== undefined) throw blocked;
  throw new BitiqError({
    code: 'remote-unreachable',
    message: `${repository.branch} and the releases of ${remoteOf(repository)} could not be fetched.\n${said}`,
    fix: 'Check the address, the network and your credentials. Reads can do with what was fetched last: --offline.',
  });
}

/** Fetches, and once more where another process was just writing the same refs. */
export async function fetchWith(
  repository: Repository,
  args: readonly string[],
  options: { readonly to: string; readonly allow?: readonly number[] },
): Promise<RunResult> {
  const fetch = (allow?: readonly number[]) =>
    git(repository.directory, [...repository.patience.args, 'fetch', ...args], {
      to: options.to,
      env: repository.patience.env,
      allow,
      signal: repository.signal,
    });
  const first = await fetch([0, 1, 128]);
  const isFine = (options.allow ?? [0]).includes(first.code) && !isLocked(first);
  return isFine ? first : fetch(options.allow);
}

function isLocked({ code, stderr }: RunResult): boolean {
  return code !== 0 && /cannot lock ref|unable to update local ref|\.lock/.test(stderr);
}

/** The full sha that a revision names, or undefined when there is none. Tags are peeled to their commit. */
export function resolveCommit(repository: Repository, revision: string): Promise<string | undefined> {
  return resolveObject(repository, `${revision}^{commit}`);
}

/** The full sha of the object that a revision names, such as `<commit>:<folder>`; undefined when there is none. */
export async function resolveObject(repository: Repository, revision: string): Promise<string | undefined> {
  const [found] = await findObjects(repository, [revision]);
  return found?.sha;
}

/** The objects of these names, in their order; undefined for one that does not exist. */
export async function findObjects(
  repository: Repository,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  if (names.length === 0) return [];
  try {
    return await askObjects(repository.directory, names);
  } catch {
    // A git that does nothing else tells why the first one ended; when nothing is wrong, so is the second try.
    await git(repository.directory, ['cat-file', '--batch'], {
      to: 'read files',
      input: `${names.join('\n')}\n`,
    });
    return askObjects(repository.directory, names);
  }
}

/** The head of main; an error when the repository has none yet. */
export async function headOfMain(repository: Repository): Promise<string> {
  const sha = await resolveCommit(repository, repository.mainRef);
  if (sha !== undefined) return sha;
  throw noBranch(repository);
}

function noBranch(repository: Repository): BitiqError {
  return noRepository(`${remoteOf(repository).replace(/^the /, 'The ')} has no branch ${repository.branch}.`);
}

function remoteOf(repository: Repository): string {
  const name = remoteName(repository);
  return name === undefined ? repository.label : `the remote ${name} of ${repository.label}`;
}

async function openUrl(
  url: string,
  { cacheDirectory = join(cacheFolder(), 'repositories'), ...options }: OpenOptions,
): Promise<Repository> {
  const label = stripSecrets(url, []);
  const directory = join(
    cacheDirectory,
    `${createHash('sha256').update(url).digest('hex').slice(0, 16)}.git`,
  );
  if (!existsSync(join(directory, 'HEAD'))) {
    mkdirSync(directory, { recursive: true });
    await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', directory], {
      to: 'prepare the cache',
    });
  }
  const patience = patienceOf(await readGitSettings(directory), process.env);
  const branch =
    branchName(options.branch) ??
    (await findMainBranch({
      directory,
      commonDirectory: directory,
      refs: 'refs/heads/',
      remote: options.offline ? undefined : url,
      patience,
    }));
  const folder = folderName(options.folder ?? '');
  const refs = { remote: url, source: url, branch, mainRef: `refs/heads/${branch}` };
  return { directory, kind: 'cache', ...refs, folder, label, patience };
}
