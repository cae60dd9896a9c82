import { inUtc } from '../model/date-time.ts';
import { gitText } from './git.ts';
import { indexHistory } from './index-history.ts';
import { recordsOf } from './records.ts';
import { findObjects, pathInside, type Repository } from './repository.ts';

/** A file of a tree. */
export interface TreeFile {
  readonly path: string;
  readonly mode: string;
  readonly sha: string;
}

/** The contents of these files in a commit; what does not exist, or is a folder, is absent from the map. */
export async function readFiles(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, Buffer>> {
  const objects = await findObjects(
    repository,
    paths.map((path) => `${commit}:${pathInside(repository, path)}`),
  );
  return new Map(
    paths.flatMap((path, index) => {
      const object = objects[index];
      return object?.type === 'blob' ? [[path, object.content] as const] : [];
    }),
  );
}

/** The modes of those of these paths that a commit has, six digits each, as `ls-tree` prints them. */
export async function modesOf(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const text = await gitText(
    repository.directory,
    ['ls-tree', '-z', '--full-tree', commit, '--', ...paths.map((path) => pathInside(repository, path))],
    { to: 'read the modes of the files' },
  );
  const entries = text.split('\0').filter(Boolean);
  return new Map(
    entries.map((entry) => [
      entry.slice(entry.indexOf('\t') + 1 + repository.folder.length),
      entry.slice(0, 6),
    ]),
  );
}

/** The contents of these objects, in their order; undefined for one that does not exist. */
export async function readObjects(
  repository: Repository,
  names: readonly string[],
): Promise<(Buffer | undefined)[]> {
  return (await findObjects(repository, names)).map((object) => object?.content);
}

/** All files below a folder of a commit ('' is all of the GitOps files), with their blob shas. */
export async function listFiles(repository: Repository, commit: string, folder: string): Promise<TreeFile[]> {
  const below = pathInside(repository, folder === '' ? '' : `${folder}/`);
  const text = await gitText(
    repository.directory,
    ['ls-tree', '-r', '-z', '--full-tree', commit, ...(below === '' ? [] : ['--', below])],
    {
      to: `list ${folder || 'all files'}`,
    },
  );
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [head = '', path = ''] = entry.split('\t');
      const [mode = '', , sha = ''] = head.split(' ');
      return { path: path.slice(repository.folder.length), mode, sha };
    });
}

/** A commit as `git log` tells it. */
export interface CommitInfo {
  readonly sha: string;
  /** Of a merge commit the sha of what it merged. */
  readonly merged: string | undefined;
  readonly author: string;
  /** ISO 8601 in UTC, of the commit. */
  readonly date: string;
  readonly subject: string;
  readonly body: string;
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * The commits of main itself (its first parents) that changed these paths, newest first. A merge commit says with its trailers
 * what the merged commit says, since a pull request's own commit carries them.
 */
export async function logOf(
  repository: Repository,
  options: {
    readonly from: string;
    readonly paths: readonly string[];
    readonly limit?: number | undefined;
    readonly before?: string | undefined;
  },
): Promise<CommitInfo[]> {
  const started = performance.now();
  const text = await gitText(
    repository.directory,
    [
      'log',
      '--first-parent',
      `--format=${commitFormat}`,
      ...(options.limit === undefined ? [] : [`--max-count=${options.limit}`]),
      ...(options.before === undefined ? [] : [`--before=${options.before}`]),
      options.from,
      '--',
      ...options.paths.map((path) => pathInside(repository, path)),
    ],
    { to: 'read the history' },
  );
  if (performance.now() - started > slowMs) await indexHistory(repository);
  return withMergedTrailers(repository, parseCommits(text));
}

const slowMs = 250;
const commitFields = ['%H', '%P', '%an <%ae>', '%cI', '%s', '%b', '%(trailers:only,unfold)'];
const commitFormat = commitFields.map((field) => `${field}%x00`).join('');

async function withMergedTrailers(repository: Repository, commits: CommitInfo[]): Promise<CommitInfo[]> {
  const merges = commits.filter(({ merged, trailers }) => merged !== undefined && trailers.size === 0);
  if (merges.length === 0) return commits;
  const text = await gitText(
    repository.directory,
    ['log', '--no-walk=unsorted', '--stdin', `--format=${commitFormat}`],
    { to: 'read what was merged', input: merges.map(({ merged }) => `${merged}\n`).join('') },
  );
  const trailers = new Map(parseCommits(text).map((commit) => [commit.sha, commit.trailers]));
  return commits.map((commit) => {
    const merged = commit.trailers.size === 0 && commit.merged ? trailers.get(commit.merged) : undefined;
    return merged ? { ...commit, trailers: merged } : commit;
  });
}

function parseCommits(text: string): CommitInfo[] {
  return recordsOf(text, commitFields.length).map(parseCommit);
}

function parseCommit([
  sha = '',
  parents = '',
  author = '',
  date = '',
  subject = '',
  body = '',
  trailers = '',
]: readonly string[]): CommitInfo {
  // A squash on GitHub may put others, such as Co-authored-by, in a last paragraph of their own.
  const lines = [...body.split('\n').filter((line) => line.startsWith('Bitiq-')), ...trailers.split('\n')];
  const pairs = lines.flatMap((line) => {
    const match = /^([A-Za-z-]+): (.*)$/.exec(line);
    return match ? [[match[1]!, match[2]!] as const] : [];
  });
  return {
    ...{ sha, merged: parents.split(' ')[1], author, subject, body },
    date: inUtc(date),
    trailers: new Map(pairs),
  };
}

/** The full sha of the commit that was the head of main at a moment (ISO 8601), by the dates of main's first parents; undefined before its first commit. */
export async function commitOfMainAt(
  repository: Repository,
  head: string,
  at: string,
): Promise<string | undefined> {
  const sha = await gitText(
    repository.directory,
    ['rev-list', '--first-parent', '--max-count=1', `--before=${at}`, head],
    { to: `find what main was at ${at}` },
  );
  return sha === '' ? undefined : sha;
}
