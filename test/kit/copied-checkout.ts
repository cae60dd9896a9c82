import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const path of listed.split('\0').filter((each) => each !== '' && existsSync(join(root, each)))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { verbatimSymlinks: true });
  }
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Start');
  return { folder, mainFile: join(folder, 'dist/cli/main.js'), git };
}
