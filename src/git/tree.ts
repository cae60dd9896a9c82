import { lstatSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from './git.ts';
import { listFiles, readFiles, readObjects } from './read.ts';
import { resolveObject, type Repository } from './repository.ts';

/** The files of a GitOps repository at one moment: a commit, or a folder with uncommitted changes. */
export interface Tree {
  /** The full sha of the commit, or undefined for a folder. */
  readonly commit: string | undefined;
  /** The contents of these files; one that does not exist is absent from the map. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
  /** The paths of all files below a folder, those that Git ignores left out; '' is the whole tree. */
  list(folder: string): Promise<string[]>;
  /** Git's id of a folder with everything in it; undefined for a tree that is not a commit's. */
  folderId(folder: string): Promise<string | undefined>;
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
    list: async (folder) => (await listFiles(repository, commit, folder)).map((file) => file.path),
    folderId: (folder) => resolveObject(repository, `${commit}:${folder}`),
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
    list: async (folder) => {
      const listed = await git(
        directory,
        ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', folder || '.'],
        { to: 'list the files' },
      );
      const paths = listed.stdout.toString('utf8').split('\0').filter(Boolean);
      // What is deleted on disk is still in the index; links and other repositories are listed like files.
      const isFile = (path: string) => lstatSync(join(directory, path), { throwIfNoEntry: false })?.isFile();
      return [...new Set(paths)].filter(isFile).sort();
    },
    folderId: () => Promise.resolve(undefined),
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

/** A tree with some files replaced; undefined takes a file away. */
export function overlayTree(tree: Tree, files: ReadonlyMap<string, string | undefined>): Tree {
  return {
    commit: undefined,
    read: async (paths) => {
      const found = await tree.read(paths.filter((path) => !files.has(path)));
      for (const path of paths) {
        const content = files.get(path);
        if (content !== undefined) found.set(path, content);
      }
      return found;
    },
    list: async (folder) => {
      const inside = [...files.keys()].filter((path) => folder === '' || path.startsWith(`${folder}/`));
      const kept = (await tree.list(folder)).filter((path) => !files.has(path));
      return [...kept, ...inside.filter((path) => files.get(path) !== undefined)].sort();
    },
    folderId: () => Promise.resolve(undefined),
    withFolder: (folder, replaced, use) => {
      const inside = [...files].filter(([path]) => path.startsWith(`${folder}/`));
      const kept = inside.flatMap(([path, content]) =>
        content === undefined ? [] : [[path, content] as const],
      );
      if (kept.length < inside.length) throw new Error('A folder of an overlay cannot lack a file.');
      return tree.withFolder(folder, new Map([...kept, ...replaced]), use);
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
