import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import { git, gitText } from './git.ts';
import { keptRef } from './branches.ts';
import type { Repository } from './repository.ts';
import { notPlain } from './tree.ts';

/** Who writes and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
}

/** The sha of a new commit: the tree of `parent` (or none) with these files' contents replaced, their modes kept. No ref moves; `file-unreadable` where a link stands. */
export async function writeCommit(
  repository: Repository,
  options: {
    readonly parent: string | undefined;
    readonly files: ReadonlyMap<string, string>;
    readonly message: string;
    readonly by: Signature;
  },
): Promise<string> {
  const index = join(tmpdir(), `bitiq-index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    const { parent } = options;
    await git(repository.directory, ['read-tree', parent ?? '--empty'], { to: 'read the tree', env });
    const modes =
      parent === undefined
        ? new Map<string, string>()
        : await modesOf(repository, parent, [...options.files.keys()]);
    const entries: string[] = [];
    const shas = new Map<string, string>();
    for (const [path, content] of options.files) {
      const sha =
        shas.get(content) ??
        (await gitText(repository.directory, ['hash-object', '-w', '--stdin'], {
          to: `write ${path}`,
          input: content,
        }));
      shas.set(content, sha);
      entries.push(`${modes.get(path) ?? '100644'} ${sha}\t${path}\0`);
    }
    await git(repository.directory, ['update-index', '-z', '--index-info'], {
      to: 'change the tree',
      env,
      input: entries.join(''),
    });
    const tree = await gitText(repository.directory, ['write-tree'], { to: 'write the tree', env });
    const parents = options.parent === undefined ? [] : ['-p', options.parent];
    return await gitText(repository.directory, ['commit-tree', tree, ...parents, '-F', '-'], {
      to: 'write the commit',
      input: options.message,
      env: signatureEnv(options.by),
    });
  } finally {
    rmSync(index, { force: true });
  }
}

/** The modes of those of these files that a commit has. */
async function modesOf(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const text = await gitText(repository.directory, ['ls-tree', '-z', '--full-tree', commit, '--', ...paths], {
    to: 'read the modes of the files',
  });
  return new Map(
    text
      .split('\0')
      .filter(Boolean)
      .map((entry) => {
        const [mode = '', path = ''] = [entry.slice(0, 6), entry.slice(entry.indexOf('\t') + 1)];
        if (mode === '120000') throw notPlain({ path, kind: 'symbolic link' });
        return [path, mode] as const;
      }),
  );
}

/** The sha of a new annotated tag object. No ref is made: the push does that. */
export async function writeTag(
  repository: Repository,
  options: {
    readonly name: string;
    readonly commit: string;
    readonly message: string;
    readonly by: Signature;
  },
): Promise<string> {
  const seconds = Math.floor(options.by.date.getTime() / 1000);
  const content =
    `object ${options.commit}\ntype commit\ntag ${options.name}\n` +
    `tagger ${options.by.name} <${options.by.email}> ${seconds} +0000\n\n${options.message}`;
  return gitText(repository.directory, ['mktag'], { to: `write the tag ${options.name}`, input: content });
}

/** One ref that a push moves, if it still is what it was; `from` undefined: it must not exist yet. */
export interface RefMove {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string;
}

/** Moves all refs on the remote, or none: `lost`, with what git said, when one of them was no longer what it was or another process just writes it. */
export async function pushAtomically(
  repository: Repository,
  moves: readonly RefMove[],
): Promise<'pushed' | { readonly lost: string }> {
  const intoCheckout = repository.kind === 'checkout' && repository.remote === repository.directory;
  const pushed = await git(
    repository.directory,
    [
      'push',
      '--atomic',
      '--porcelain',
      '--no-verify',
      // Whatever a person has set: nothing is pushed but these refs.
      '--no-follow-tags',
      '--no-signed',
      '--recurse-submodules=no',
      // A checkout that is its own remote is updated together with its files, and only when they are clean.
      ...(intoCheckout ? ['--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack'] : []),
      ...moves.map((move) => `--force-with-lease=${move.ref}:${move.from ?? ''}`),
      repository.remote,
      ...moves.map((move) => `${move.to}:${move.ref}`),
    ],
    { to: `push to ${repository.label}`, allow: [0, 1, 128] },
  );
  if (pushed.code === 0) {
    await keepPushed(repository, moves);
    return 'pushed';
  }
  const said = pushed.stdout.toString('utf8') + pushed.stderr;
  if (
    intoCheckout &&
    /working directory has|unstaged changes|staged changes|would be overwritten/i.test(said)
  ) {
    throw new BitiqError({
      code: 'push-refused',
      message: `main is checked out in ${repository.label}, and its files have changes that are not committed, so main cannot move.`,
      fix: 'Commit or stash your changes there, then run the command again.',
    });
  }
  if (
    /stale info|cannot lock ref|failed to update ref|incorrect old value|reference already exists|fetch first|non-fast-forward/.test(
      said,
    )
  ) {
    return { lost: stripSecrets(said.trim(), []) };
  }
  if (/branch is currently checked out/.test(said)) {
    throw new BitiqError({
      code: 'push-refused',
      message: `The remote of ${repository.label} is a checkout that has main checked out, and Git takes no push into it.`,
      fix: 'Push to a bare repository. The loop that `bitiq up` starts has one: --repo loop.',
    });
  }
  throw new BitiqError({
    code: 'push-refused',
    message: `The push to ${repository.label} was refused.\n${stripSecrets(said.trim(), [])}`,
    fix: 'See what the remote said above; check your rights and its rules.',
  });
}

/** After a push, the refs here say the same as the remote's without another fetch. */
async function keepPushed(repository: Repository, moves: readonly RefMove[]): Promise<void> {
  if (repository.remote === repository.directory) return;
  const lines = moves.map((move) => {
    return `update ${keptRef(repository, move.ref)} ${move.to}\n`;
  });
  await git(repository.directory, ['update-ref', '--stdin'], {
    to: 'record what was pushed',
    input: lines.join(''),
  });
}

function signatureEnv(by: Signature): NodeJS.ProcessEnv {
  const date = `${Math.floor(by.date.getTime() / 1000)} +0000`;
  return {
    GIT_AUTHOR_NAME: by.name,
    GIT_AUTHOR_EMAIL: by.email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: by.name,
    GIT_COMMITTER_EMAIL: by.email,
    GIT_COMMITTER_DATE: date,
  };
}
