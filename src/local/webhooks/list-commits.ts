import { recordsOf } from '../../git/records.ts';
import { sealedGit } from '../remotes/sealed-git.ts';

/** A commit as GitHub's push payload says it. */
export interface PayloadCommit {
  readonly id: string;
  readonly tree_id: string;
  readonly distinct: true;
  readonly message: string;
  /** ISO 8601, the committer's time. */
  readonly timestamp: string;
  readonly url: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  readonly added: readonly string[];
  readonly modified: readonly string[];
  readonly removed: readonly string[];
}

export interface CommitRange {
  readonly gitDir: string;
  /** The sha before the push, or undefined when there was no `main`. */
  readonly before?: string | undefined;
  readonly after: string;
  /** What the sha is appended to for the URL of a commit. */
  readonly commitUrl: string;
}

/** GitHub lists at most this many commits in a push payload. */
const mostCommits = 2048;

/** The commits of a push, oldest first, with the files that each added, modified and removed; the newest 2048 of them. */
export async function listCommits(range: CommitRange): Promise<PayloadCommit[]> {
  const git = (args: readonly string[], input?: string): Promise<string> =>
    sealedGit(['--git-dir', range.gitDir, ...args], { to: 'describe what was pushed', input });
  const revisions = range.before === undefined ? [range.after] : [range.after, `^${range.before}`];
  const log = await git([
    'log',
    '--encoding=UTF-8',
    `--max-count=${mostCommits}`,
    '--topo-order',
    `--format=${['%H', '%T', '%an', '%ae', '%cn', '%ce', '%cI', '%B'].map((field) => `${field}%x00`).join('')}`,
    ...revisions,
    '--',
  ]);
  const entries = recordsOf(log, 8).reverse();
  if (entries.length === 0) return [];
  const shas = entries.map(([sha]) => sha).join('\n');
  const changes = await git(
    [
      'diff-tree',
      '--stdin',
      '-z',
      '-r',
      '--root',
      '--name-status',
      '--no-renames',
      '--diff-merges=first-parent',
    ],
    `${shas}\n`,
  );
  const files = groupFiles(changes);
  return entries.map(
    ([
      id = '',
      tree = '',
      author = '',
      authorEmail = '',
      committer = '',
      email = '',
      date = '',
      message = '',
    ]) => ({
      id,
      tree_id: tree,
      distinct: true,
      message: message.trimEnd(),
      timestamp: date,
      url: `${range.commitUrl}${id}`,
      author: { name: author, email: authorEmail },
      committer: { name: committer, email },
      ...(files.get(id) ?? { added: [], modified: [], removed: [] }),
    }),
  );
}

interface Files {
  readonly added: string[];
  readonly modified: string[];
  readonly removed: string[];
}

/** Reads `<sha> NUL (<status> NUL <path> NUL)…`: anything but a status where one is expected begins a commit. */
function groupFiles(output: string): Map<string, Files> {
  const files = new Map<string, Files>();
  let current: Files | undefined;
  const tokens = output.split('\0');
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] ?? '';
    if (/^[A-Z]$/.test(token)) {
      const path = tokens[++at] ?? '';
      (token === 'A' ? current?.added : token === 'D' ? current?.removed : current?.modified)?.push(path);
    } else if (token !== '') {
      current = { added: [], modified: [], removed: [] };
      files.set(token, current);
    }
  }
  return files;
}
