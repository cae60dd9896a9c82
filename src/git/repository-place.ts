import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';

export interface OpenOptions {
  readonly cacheDirectory?: string | undefined;
  /** The folder was only found, not named by a person: a bare repository is then not used. */
  readonly isFound?: boolean | undefined;
  /** The branch that holds the truth; default: `bitiq.branch` in Git's settings, `main` if there is one, else the remote's default. */
  readonly branch?: string | undefined;
  /** The folder of the GitOps files; default: the nearest upward that has a bitiq.yaml, or `bitiq.folder` in Git's settings. */
  readonly folder?: string | undefined;
  /** Ask no remote. */
  readonly offline?: boolean | undefined;
}

/** The nearest folder, from one inside a work tree upward, that has a bitiq.yaml; undefined where none has. */
export function findFolder(root: string, prefix: string): string | undefined {
  const parts = prefix.split('/').filter(Boolean);
  for (let length = parts.length; length >= 0; length--) {
    const folder = parts
      .slice(0, length)
      .map((part) => `${part}/`)
      .join('');
    if (existsSync(join(root, folder, 'bitiq.yaml'))) return folder;
  }
  return undefined;
}

/** The folder that a person named, `''` or with a slash at its end; `usage` for one outside of the repository. */
export function folderName(given: string): string {
  const parts = given.split('/').filter((part) => part !== '' && part !== '.');
  if (given.startsWith('/') || parts.includes('..')) {
    throw new BitiqError({
      code: 'usage',
      message: `${JSON.stringify(given)} is not a folder inside the repository.`,
      fix: 'Write it relative to the root of the repository, such as --folder deploy.',
    });
  }
  return parts.map((part) => `${part}/`).join('');
}

/** The branch that a person named, or undefined; `usage` for what cannot be one. */
export function branchName(given: string | undefined): string | undefined {
  if (given === undefined || /^(?![-/.])[^\s~^:?*[\\\u0000-\u001f]+(?<![/.])$/.test(given)) return given;
  throw new BitiqError({
    code: 'usage',
    message: `${JSON.stringify(given)} cannot be the name of a branch.`,
    fix: 'Write its short name, such as --branch master.',
  });
}

/** The error that Git did not open a folder: its own words where it refused one that is there. */
export function notUsed(location: string, said: string): BitiqError {
  const words = stripSecrets(said.trim(), []);
  if (/dubious ownership/.test(said)) {
    const remedy = said
      .split('\n')
      .map((line) => line.trim())
      .find((line) => /^git config .*safe\.directory/.test(line));
    return new BitiqError({
      code: 'repository-denied',
      message: `Git does not use ${location}, because it belongs to another user.\n${words}`,
      fix: remedy === undefined ? 'Give the folder to the user that runs bitiq.' : `\`${remedy}\``,
    });
  }
  if (/bare repository/.test(said)) {
    return new BitiqError({
      code: 'repository-denied',
      message: `${location} is in a bare repository, and one that is only found is not used: it may be a part of a checkout, and its settings can name programs.\n${words}`,
      fix: 'If you trust it, name it: --repo PATH.',
    });
  }
  return noRepository(`${location} is not in a Git repository.`);
}

/** The error that there is no GitOps repository. */
export function noRepository(message: string): BitiqError {
  return new BitiqError({
    code: 'repository-missing',
    message,
    fix: 'Name a GitOps repository with --repo PATH|URL, or run the command inside one.',
  });
}
