import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { listFiles, readFiles, readObjects } from './read.ts';
import type { Repository } from './repository.ts';

/** The files of a GitOps repository at one moment: a commit, or a folder with uncommitted changes. */
export interface Tree {
  /** The full sha of the commit, or undefined for a folder. */
  readonly commit: string | undefined;
  /** The contents of these files; one that does not exist is absent from the map. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
  /** A copy of a folder with some files replaced, in a temporary place that `use` may read until it ends. */
  withFolder<T>(
    folder: string,
    replaced: ReadonlyMap<string, string>,
    use: (copy: string) => Promise<T>,
  ): Promise<T>;
}

/** The files of a commit. */
export function commitTree(repository: Repository, commit: string): Tree {
  return {
    commit,
    read: (paths) => readFiles(repository, commit, paths),
    withFolder: (folder, replaced, use) =>
      inTemporaryFolder(async (root) => {
        const files = await listFiles(repository, commit, folder);
        const contents = await readObjects(
          repository,
          files.map((file) => file.sha),
        );
        await writeAll(
          root,
          files.map((file, index) => [file.path, contents[index] ?? Buffer.alloc(0)]),
        );
        await writeAll(root, [...replaced]);
        return use(join(root, folder));
      }),
  };
}

/** The files of a folder as they are on disk now. */
export function folderTree(directory: string): Tree {
  return {
    commit: undefined,
    read: async (paths) => {
      const files = new Map<string, string>();
      await Promise.all(
        paths.map(async (path) => {
          const content = await readFile(join(directory, path), 'utf8').catch(ignoreMissing);
          if (content !== undefined) files.set(path, content);
        }),
      );
      return files;
    },
    withFolder: (folder, replaced, use) => {
      if (replaced.size === 0) return use(join(directory, folder));
      return inTemporaryFolder(async (root) => {
        await cp(join(directory, folder), join(root, folder), { recursive: true });
        await writeAll(root, [...replaced]);
        return use(join(root, folder));
      });
    },
  };
}

async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bitiq-tree-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeAll(
  root: string,
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
): Promise<void> {
  const folders = new Set(files.map(([path]) => dirname(join(root, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await Promise.all(files.map(([path, content]) => writeFile(join(root, path), content)));
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
