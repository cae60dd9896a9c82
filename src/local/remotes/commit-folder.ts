import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { mainRefOf } from './read-head.ts';
import { sealedGit } from './sealed-git.ts';

export interface FolderCommit {
  readonly gitDir: string;
  readonly source: string;
  readonly message: string;
  readonly at: Date;
  /** An annotated tag on the commit, such as `v0.1.0`. */
  readonly tag?: string | undefined;
}

/**
 * Makes the first commit of the main branch from the files of a folder that git tracks or would track, and its tag, in one step;
 * the same files at the same time give the same sha. Gives that sha.
 */
export async function commitFolder(options: FolderCommit): Promise<string> {
  const { gitDir, source, message, tag } = options;
  const scratch = join(gitDir, `bitiq-${randomBytes(6).toString('hex')}`);
  const date = `${Math.floor(options.at.getTime() / 1000)} +0000`;
  const git = (args: readonly string[], input?: string): Promise<string> =>
    sealedGit(args, {
      to: `put the files of ${source} into the remote`,
      cwd: source,
      input,
      env: {
        GIT_DIR: gitDir,
        GIT_WORK_TREE: source,
        GIT_INDEX_FILE: `${scratch}.index`,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
  try {
    await writeFile(`${scratch}.ignore`, await ignoredFromAbove(source));
    await git([
      '-c',
      'core.autocrlf=false',
      '-c',
      `core.excludesFile=${scratch}.ignore`,
      'add',
      '--all',
      '--',
      '.',
    ]);
    const tree = await git(['write-tree']);
    const commit = await git(['commit-tree', tree, '-F', '-'], `${message}\n`);
    const updates = [`create ${await mainRefOf(gitDir)} ${commit}`];
    if (tag !== undefined) {
      const text = `object ${commit}\ntype commit\ntag ${tag}\ntagger bitiq <bitiq@localhost> ${date}\n\n${tag}\n`;
      updates.push(`create refs/tags/${tag} ${await git(['mktag'], text)}`);
    }
    await git(['update-ref', '--stdin'], ['start', ...updates, 'commit', ''].join('\n'));
    return commit;
  } finally {
    await Promise.all(['.index', '.ignore'].map((end) => rm(scratch + end, { force: true })));
  }
}

/** The patterns of the folders above that also hold inside `source`: those that name no path of their own folder. */
async function ignoredFromAbove(source: string): Promise<string> {
  const patterns: string[] = [];
  for (let folder = resolve(source); folder !== dirname(folder);) {
    folder = dirname(folder);
    const lines = (await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '')).split('\n');
    patterns.unshift(...lines.filter((line) => !line.replace(/\/\s*$/, '').includes('/')));
    if (await isRepositoryRoot(folder)) break;
  }
  return `${patterns.join('\n')}\n`;
}

async function isRepositoryRoot(folder: string): Promise<boolean> {
  const marks = await Promise.all(
    ['.git/HEAD', '.git', 'bitiq.yaml'].map((mark) =>
      readFile(join(folder, mark)).then(Boolean, () => false),
    ),
  );
  return marks.includes(true);
}
