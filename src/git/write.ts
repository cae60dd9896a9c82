import { join } from 'node:path';
import { inScratchFolder } from '../process/scratch-folder.ts';
import { git, gitText } from './git.ts';
import { modesOf } from './read.ts';
import { pathInside, type Repository } from './repository.ts';
import { readSigning, signingFailed, writeSignedTag } from './sign.ts';
import { kindOfMode, notPlain } from './strange-entry.ts';

/** Who writes and when. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
  /** A part of the loop, and not a person: it has no key, so it signs nothing. */
  readonly isMachine?: boolean | undefined;
}

/**
 * The sha of a new commit: the tree of `parent` (or none) with these files' contents replaced, their modes kept; signed where
 * `commit.gpgSign` is set. No ref moves; `file-invalid` where a link stands, `signing-failed` without the key.
 */
export async function writeCommit(
  repository: Repository,
  options: {
    readonly parent: string | undefined;
    readonly files: ReadonlyMap<string, string>;
    readonly message: string;
    readonly by: Signature;
  },
): Promise<string> {
  const { parent, by, message } = options;
  const [tree, signs] = await Promise.all([
    inScratchFolder('index', (folder) => writeTree(repository, options, join(folder, 'index'))),
    by.isMachine ? false : readSigning(repository).then(({ commits }) => commits),
  ]);
  const args = [
    'commit-tree',
    tree,
    ...(parent === undefined ? [] : ['-p', parent]),
    ...(signs ? ['-S'] : []),
  ];
  const written = await git(repository.directory, [...args, '-F', '-'], {
    to: 'write the commit',
    input: message,
    env: signatureEnv(by),
    ...(signs ? { allow: [0, 1, 128] } : {}),
  });
  if (written.code !== 0) throw signingFailed('the commit', written);
  return written.stdout.toString('utf8').trim();
}

/** The id of the tree of a commit with these files replaced, made by way of an index of its own. */
async function writeTree(
  repository: Repository,
  options: { readonly parent: string | undefined; readonly files: ReadonlyMap<string, string> },
  index: string,
): Promise<string> {
  const env = { GIT_INDEX_FILE: index };
  const { parent } = options;
  await git(repository.directory, ['read-tree', parent ?? '--empty'], { to: 'read the tree', env });
  const modes =
    parent === undefined
      ? new Map<string, string>()
      : await modesOf(repository, parent, [...options.files.keys()]);
  for (const [path, mode] of modes) {
    const kind = kindOfMode(mode);
    if (kind !== undefined) throw notPlain({ path, kind });
  }
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
    entries.push(`${modes.get(path) ?? '100644'} ${sha}\t${pathInside(repository, path)}\0`);
  }
  await git(repository.directory, ['update-index', '-z', '--index-info'], {
    to: 'change the tree',
    env,
    input: entries.join(''),
  });
  return gitText(repository.directory, ['write-tree'], { to: 'write the tree', env });
}

/** The sha of a new annotated tag object, signed where `tag.gpgSign` or `tag.forceSignAnnotated` is set. No ref is made: the push does that. */
export async function writeTag(
  repository: Repository,
  options: {
    readonly name: string;
    readonly commit: string;
    readonly message: string;
    readonly by: Signature;
  },
): Promise<string> {
  const { name, commit, message, by } = options;
  const env = signatureEnv(by);
  const [signs, tagger] = await Promise.all([
    by.isMachine ? false : readSigning(repository).then(({ tags }) => tags),
    // As Git writes it into the commit beside: it leaves out what no name may hold.
    gitText(repository.directory, ['var', 'GIT_COMMITTER_IDENT'], { to: 'read who writes the tag', env }),
  ]);
  if (signs) return writeSignedTag(repository, { name, commit, message, env });
  const content = `object ${commit}\ntype commit\ntag ${name}\ntagger ${tagger}\n\n${message}`;
  return gitText(repository.directory, ['mktag'], { to: `write the tag ${name}`, input: content });
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
