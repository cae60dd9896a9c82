import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BitiqError } from '../../model/errors.ts';
import { replaceFile } from '../../process/atomic-write.ts';
import { postReceiveHook, preReceiveHook, remoteConfig } from './remote-files.ts';
import { sealedGit } from './sealed-git.ts';

/** What a remote may be called: it is a folder, a part of a URL and a word in a hook. */
export const repositoryNamePattern = /^[a-z0-9](?:[a-z0-9_-]|\.(?!\.|git$)){0,99}$/;

/**
 * Creates the bare repository `gitDir` (`<root>/<repository>.git`, branch main if no other is named) whole or not at all, and on every call
 * puts its hooks and configuration right. Pushes leave a mark in `<root>/pushes/<repository>`.
 */
export async function ensureRemote(options: {
  readonly gitDir: string;
  readonly branch?: string | undefined;
}): Promise<{ created: boolean }> {
  const repository = repositoryOf(options.gitDir);
  await mkdir(join(dirname(options.gitDir), 'pushes'), { recursive: true });
  const created =
    !(await exists(options.gitDir)) && (await create(options.gitDir, repository, options.branch));
  if (!created) {
    await refuseWhatIsNoRemote(options.gitDir);
    await furnish(options.gitDir, repository);
    await sweepBrokenPushes(options.gitDir);
  }
  return { created };
}

/** The name of the repository whose bare remote is `gitDir`. */
export function repositoryOf(gitDir: string): string {
  const repository = basename(gitDir).replace(/\.git$/, '');
  if (repositoryNamePattern.test(repository) && gitDir.endsWith('.git')) return repository;
  throw new BitiqError({
    code: 'name-invalid',
    message: `A remote cannot be called ${basename(gitDir)}.`,
    fix: 'Use lower-case letters, digits, dots, dashes and underscores, and end the folder in `.git`.',
  });
}

async function create(gitDir: string, repository: string, branch = 'main'): Promise<boolean> {
  const draft = join(dirname(gitDir), `.${repository}-${randomBytes(6).toString('hex')}`);
  try {
    await sealedGit(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, draft], {
      to: `create the remote ${repository}`,
    });
    await furnish(draft, repository);
    await rename(draft, gitDir);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function furnish(gitDir: string, repository: string): Promise<void> {
  await mkdir(join(gitDir, 'hooks'), { recursive: true });
  await putFile(join(gitDir, 'config'), remoteConfig, 0o644);
  await putFile(join(gitDir, 'hooks', 'pre-receive'), preReceiveHook, 0o755);
  await putFile(join(gitDir, 'hooks', 'post-receive'), postReceiveHook(repository), 0o755);
}

/** What a push that was killed left behind; one that is under way is younger than an hour. */
async function sweepBrokenPushes(gitDir: string): Promise<void> {
  const objects = join(gitDir, 'objects');
  const quarantines = (await readdir(objects)).filter((name) => name.startsWith('tmp_objdir-incoming-'));
  for (const path of quarantines.map((name) => join(objects, name))) {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

async function putFile(path: string, text: string, mode: number): Promise<void> {
  const same = await readFile(path, 'utf8').then(
    (now) => now === text,
    () => false,
  );
  if (same) await chmod(path, mode);
  else await replaceFile(path, text, { mode });
}

async function refuseWhatIsNoRemote(gitDir: string): Promise<void> {
  const parts = await Promise.all(['HEAD', 'objects', 'refs'].map((part) => exists(join(gitDir, part))));
  if (parts.every(Boolean)) return;
  throw new BitiqError({
    code: 'system-error',
    message: `${gitDir} is there, but it is not a bare Git repository.`,
    fix: 'Move it away; the next start creates the remote again.',
  });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isTaken(error: unknown): boolean {
  return ['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '');
}
