import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { stripSecrets, type RunResult } from '../process/run.ts';
import { git, gitText } from './git.ts';
import type { Repository } from './repository.ts';
import { inScratchFolder } from '../process/scratch-folder.ts';

/** Whether the settings of the user ask for signatures on commits, on tags. Source: git-config(1), `commit.gpgSign`, `tag.gpgSign`, `tag.forceSignAnnotated`. */
export async function readSigning(
  repository: Repository,
): Promise<{ readonly commits: boolean; readonly tags: boolean }> {
  const found = await git(
    repository.directory,
    ['config', '--type=bool', '--get-regexp', '^(commit\\.gpgsign|tag\\.gpgsign|tag\\.forcesignannotated)$'],
    { to: 'read whether to sign', allow: [0, 1] },
  );
  // The last word on each counts.
  const last = new Map(
    found.stdout
      .toString('utf8')
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  const isOn = (key: string): boolean => last.get(key) === 'true';
  return { commits: isOn('commit.gpgsign'), tags: isOn('tag.gpgsign') || isOn('tag.forcesignannotated') };
}

/**
 * The id of a new signed tag object. `git tag` signs and makes a ref of that name; here the ref is made in an empty repository beside,
 * which shares the objects, so the one in hand has the tag and no ref. Throws `signing-failed`.
 */
export async function writeSignedTag(
  repository: Repository,
  tag: {
    readonly name: string;
    readonly commit: string;
    readonly message: string;
    readonly env: NodeJS.ProcessEnv;
  },
): Promise<string> {
  const [objects, format, settings] = await Promise.all([
    gitText(repository.directory, ['rev-parse', '--path-format=absolute', '--git-path', 'objects'], {
      to: 'find the objects',
    }),
    gitText(repository.directory, ['rev-parse', '--show-object-format'], { to: 'find the kind of ids' }),
    signingSettings(repository),
  ]);
  return inScratchFolder('tag', async (gitDir) => {
    for (const folder of ['refs/tags', 'objects']) await mkdir(join(gitDir, folder), { recursive: true });
    await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n');
    const version = format === 'sha1' ? '' : `[extensions]\n\tobjectFormat = ${format}\n`;
    await writeFile(
      join(gitDir, 'config'),
      `[core]\n\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}\n\tbare = true\n${version}`,
    );
    const env = { ...tag.env, ...settings, GIT_DIR: gitDir, GIT_OBJECT_DIRECTORY: objects };
    const signed = await git(
      repository.directory,
      ['tag', '--sign', '--cleanup=verbatim', '--file=-', tag.name, tag.commit],
      { to: `sign the tag ${tag.name}`, input: tag.message, env, allow: [0, 1, 128] },
    );
    if (signed.code !== 0) throw signingFailed(`the tag ${tag.name}`, signed);
    const read = (args: readonly string[]) =>
      gitText(repository.directory, args, { to: 'read the tag', env });
    const content = await read(['cat-file', 'tag', `refs/tags/${tag.name}`]);
    // Git 2.39 ends well without the public key of ssh, and writes the tag without a signature.
    if (!content.slice(content.indexOf('\n\n') + 2 + tag.message.length).startsWith('-----BEGIN '))
      throw signingFailed(`the tag ${tag.name}`, signed);
    return read(['rev-parse', `refs/tags/${tag.name}`]);
  });
}

/** What the repository itself sets for signing, as an environment: the empty one beside does not read its file. */
async function signingSettings(repository: Repository): Promise<NodeJS.ProcessEnv> {
  const listed = await git(
    repository.directory,
    ['config', '--null', '--get-regexp', '^(user|gpg|committer|author)\\.'],
    { to: 'read how to sign', allow: [0, 1] },
  );
  const pairs = listed.stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n');
      // A key alone is true.
      return end < 0 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)];
    });
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(pairs.length)],
    ...pairs.flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]) as NodeJS.ProcessEnv;
}

/** The error that a signature could not be made, in the words of Git and of the program that signs. */
export function signingFailed(what: string, { stdout, stderr }: RunResult): BitiqError {
  const said = stripSecrets((stderr || stdout.toString('utf8')).trim(), []);
  return new BitiqError({
    code: 'signing-failed',
    message: `Git could not sign ${what}, which its settings require.\n${said}`,
    fix: "See which key and program Git uses: `git config --show-origin --get-regexp '^(gpg|user.signingkey|commit.gpgsign|tag.)'`. `git commit --allow-empty -S` tries them.",
  });
}
