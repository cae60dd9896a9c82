import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { isRemoteAddress } from '../model/remote-address.ts';
import { cacheFolder } from '../process/cache-folder.ts';
import { run, stripSecrets, type RunResult } from '../process/run.ts';
import { blockedClone } from './blocked-clone.ts';
import { git, gitText } from './git.ts';
import { askObjects, type GitObject } from './object-reader.ts';

/** An opened GitOps repository: where its objects are read and written, and the remote that holds the truth. */
export interface Repository {
  /** The folder that git runs in: a work tree's root or a bare repository. */
  readonly directory: string;
  readonly kind: 'checkout' | 'bare' | 'cache';
  /** What pushes go to: a remote's name, a URL or a path. */
  readonly remote: string;
  /** The ref that holds the head of main as this repository last saw it. */
  readonly mainRef: string;
  /** How a person would name it, without credentials. */
  readonly label: string;
  /** Ends what waits for this repository, and keeps a push to it from beginning. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens a repository by path or URL. A checkout with a remote `origin` reads and writes that remote's main; a checkout
 * without one, and a bare repository, are their own remote; a URL is kept in a cache that can be deleted at any time.
 */
export async function openRepository(
  location: string,
  cacheDirectory = join(cacheFolder(), 'repositories'),
): Promise<Repository> {
  if (isRemoteAddress(location)) return openUrl(location, cacheDirectory);
  const directory = resolve(location);
  if (!existsSync(directory)) throw noRepository(`The folder ${location} does not exist.`);
  const found = await git(directory, ['rev-parse', '--is-bare-repository', '--show-cdup'], {
    to: 'find the repository',
    allow: [0, 128],
  });
  if (found.code !== 0) throw noRepository(`${location} is not in a Git repository.`);
  const [bare, up] = found.stdout.toString().split('\n');
  if (bare === 'true') {
    return { directory, kind: 'bare', remote: directory, mainRef: 'refs/heads/main', label: location };
  }
  const root = resolve(directory, up ?? '');
  const origin = await gitText(root, ['config', '--get', 'remote.origin.url'], {
    to: 'read the remote',
    allow: [0, 1],
  });
  return origin === ''
    ? { directory: root, kind: 'checkout', remote: root, mainRef: 'refs/heads/main', label: location }
    : {
        directory: root,
        kind: 'checkout',
        remote: 'origin',
        mainRef: 'refs/remotes/origin/main',
        label: location,
      };
}

/** Brings main, the tags and what is recorded of health from the remote here. Nothing to do for a repository that is its own remote. */
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
      repository.remote,
      `+refs/heads/main:${repository.mainRef}`,
      'refs/tags/*:refs/tags/*',
      // A pattern, as a repository where nobody records health has no such ref.
      '+refs/bitiq/*:refs/bitiq/*',
    ],
    { to: `fetch main and the releases from ${remoteOf(repository)}`, allow: [0, 1, 128] },
  );
  if (fetched.code === 0) return;
  const said = stripSecrets(fetched.stderr.trim(), []);
  const moved = [...said.matchAll(/^ ! \[rejected\] +(\S+) .*would clobber existing tag/gm)].map(
    ([, tag]) => tag,
  );
  if (moved.length > 0) {
    throw new BitiqError({
      code: 'release-tag-moved',
      message: `${moved.join(', ')} ${moved.length === 1 ? 'is another tag' : 'are other tags'} here than on ${remoteOf(repository)}: a tag was moved.`,
      fix: 'A release tag never changes. Find out who moved it; `git fetch --tags --force` accepts the remote one.',
    });
  }
  if (/couldn't find remote ref refs\/heads\/main/.test(said))
    throw noRepository(`${capital(remoteOf(repository))} has no branch main.`);
  const blocked = blockedClone(repository, said);
  if (blocked !== undefined) throw blocked;
  throw new BitiqError({
    code: 'remote-unreachable',
    message: `main and the releases of ${remoteOf(repository)} could not be fetched.\n${said}`,
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
    git(repository.directory, ['fetch', ...args], { to: options.to, allow, signal: repository.signal });
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
  throw noRepository(`${capital(remoteOf(repository))} has no branch main.`);
}

function remoteOf(repository: Repository): string {
  return repository.remote === 'origin' ? `the remote origin of ${repository.label}` : repository.label;
}

function capital(text: string): string {
  return text.replace(/^the /, 'The ');
}

async function openUrl(url: string, cacheDirectory: string): Promise<Repository> {
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
  return { directory, kind: 'cache', remote: url, mainRef: 'refs/heads/main', label };
}

function noRepository(message: string): BitiqError {
  return new BitiqError({
    code: 'repository-missing',
    message,
    fix: 'Name a GitOps repository with --repo PATH|URL, or run the command inside one.',
  });
}
