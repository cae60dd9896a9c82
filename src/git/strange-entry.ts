import { existsSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { modesOf, type TreeFile } from './read.ts';
import type { Repository } from './repository.ts';

/** A part of a tree that is not a plain file. */
export interface StrangeEntry {
  readonly path: string;
  readonly kind: 'symbolic link' | 'submodule' | 'folder';
}

/** The kind of an entry on disk that is not a plain file. */
export function kindOnDisk(path: string, stats: Stats): StrangeEntry['kind'] {
  if (stats.isSymbolicLink()) return 'symbolic link';
  return existsSync(join(path, '.git')) ? 'submodule' : 'folder';
}

/** Those of these entries that are not files. */
export function strangeOf(files: readonly TreeFile[]): StrangeEntry[] {
  return files
    .filter((file) => !isPlain(file))
    .map(({ path, mode }) => ({ path, kind: mode === '160000' ? 'submodule' : 'symbolic link' }));
}

/** Those of these paths at which a commit has a folder or a submodule. */
export async function strangeAt(
  repository: Repository,
  commit: string,
  paths: readonly string[],
): Promise<StrangeEntry[]> {
  if (paths.length === 0) return [];
  const modes = await modesOf(repository, commit, paths);
  return [...modes].flatMap(([path, mode]) => {
    const kind = kindOfMode(mode);
    return kind === undefined || kind === 'symbolic link' ? [] : [{ path, kind }];
  });
}

/** What an entry of a tree is, by its mode; undefined for a file. */
export function kindOfMode(mode: string): StrangeEntry['kind'] | undefined {
  if (mode.startsWith('100')) return undefined;
  if (mode === '120000') return 'symbolic link';
  return mode === '160000' ? 'submodule' : 'folder';
}

/** Whether an entry of a tree is a file. */
export function isPlain({ mode }: TreeFile): boolean {
  return mode.startsWith('100');
}

/** The error that a path is a link, a submodule or a folder where a file is needed. */
export function notPlain({ path, kind }: StrangeEntry): BitiqError {
  return new BitiqError({
    code: 'file-invalid',
    message: `${path} is a ${kind}, and bitiq reads only files.`,
    fix: 'Put the file itself there, or the files.',
    place: { file: path },
  });
}
