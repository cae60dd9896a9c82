import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyMade } from './made-once.ts';
import { root } from './gitops-repository.ts';

/** A copy of this repository with a history of one commit, in which the built bitiq runs as in the original. */
export interface CopiedCheckout {
  readonly folder: string;
  /** The built command line of the copy: what it starts belongs to the copy. */
  readonly mainFile: string;
  git(...args: string[]): string;
}

/** Copies the files of this repository that Git tracks or would track into a new folder. */
export function copyCheckout(folder: string): CopiedCheckout {
  mkdirSync(folder, { recursive: true });
  copyMade('this-repository', folder, makeCopy);
  return { folder, mainFile: join(folder, 'dist/cli/main.js'), git: (...args) => git(folder, args) };
}

function makeCopy(folder: string): void {
  const listed = git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const path of listed.split('\0').filter((each) => each !== '' && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { verbatimSymlinks: true });
  }
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  git(folder, ['init', '--quiet', '--initial-branch=main']);
  git(folder, ['add', '--all']);
  git(folder, ['commit', '--quiet', '--message', 'Start']);
}

function git(cwd: string, args: readonly string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}
