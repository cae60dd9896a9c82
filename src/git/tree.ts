import { existsSync, lstatSync, type Stats } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { inScratchFolder } from '../process/scratch-folder.ts';
import { decodeText } from './decode-text.ts';
import { git } from './git.ts';
import { listFiles, readFiles, readObjects } from './read.ts';
import { sparseFiles } from './sparse-files.ts';
import { pathInside, resolveObject, type Repository } from './repository.ts';
import { isPlain, kindOnDisk, notPlain, strangeAt, strangeOf, type StrangeEntry } from './strange-entry.ts';

/** The files of a GitOps repository at one moment: a commit, or a folder with uncommitted changes. */
export interface Tree {
  /** The full sha of the commit, or undefined for a folder. */
  readonly commit: string | undefined;
  /** Where its files are in the repository, `''` or with a slash at its end, and the branch that Argo CD follows there. */
  readonly folder: string;
  readonly branch: string;
  /** The contents of these files, in this order; one that does not exist is absent from the map. `file-invalid` for one that is not UTF-8 text, or a folder or submodule. */
  read(paths: readonly string[]): Promise<Map<string, string>>;
  /** As `read`, whatever the files hold; one that cannot be read is absent from the map. */
  readBytes(paths: readonly string[]): Promise<Map<string, Buffer>>;
  /** The paths of all files below a folder, those that Git ignores, links and submodules left out; '' is the whole tree. */
  list(folder: string): Promise<string[]>;
  /** The links and submodules below a folder, and folders where Git has a file: what has no text here. */
  listStrange(folder: string): Promise<StrangeEntry[]>;
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
  const readBytes = (paths: readonly string[]) => readFiles(repository, commit, paths);
  return {
    commit,
    folder: repository.folder,
    branch: repository.branch,
    read: async (paths) => {
      const found = await readBytes(paths);
      const lacking = paths.filter((path) => !found.has(path));
      // What is there and is not a file must not pass for what is not there: a freeze would be none.
      for (const strange of await strangeAt(repository, commit, lacking)) throw notPlain(strange);
      return decodeAll(found);
    },
    readBytes,
    list: async (folder) =>
      (await listFiles(repository, commit, folder)).filter(isPlain).map((file) => file.path),
    listStrange: async (folder) => strangeOf(await listFiles(repository, commit, folder)),
    folderId: (folder) => resolveObject(repository, `${commit}:${pathInside(repository, folder)}`),
    withFolder: (folder, replaced, use) =>
      inScratchFolder('tree', async (root) => {
        const files = await listFiles(repository, commit, folder);
        // What Helm would read behind a link or in a submodule is not in this tree.
        for (const strange of strangeOf(files)) throw notPlain(strange);
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

/** The files of a checkout, or of a folder that is the root of one, as they are on disk now. */
export function folderTree(
  place: string | (Pick<Repository, 'directory' | 'folder'> & { readonly branch?: string }),
): Tree {
  const {
    directory: root,
    folder,
    branch = 'main',
  } = typeof place === 'string' ? { directory: place, folder: '' } : place;
  const directory = join(root, folder);
  const sparse = sparseFiles(directory);
  const readAll = async (paths: readonly string[], onError: (path: string, error: unknown) => void) => {
    const files = await Promise.all(
      paths.map(async (path) => {
        try {
          return [[path, await readFile(join(directory, path))] as const];
        } catch (error) {
          onError(path, error);
          return [];
        }
      }),
    );
    const found = new Map<string, Buffer>(files.flat());
    const left = await sparse.read(paths.filter((path) => !found.has(path)));
    return left.size === 0 ? found : new Map([...found, ...left]);
  };
  return {
    commit: undefined,
    folder,
    branch,
    read: async (paths) => decodeAll(await readAll(paths, allowMissing)),
    readBytes: (paths) => readAll(paths, () => {}),
    list: async (folder) => {
      const onDisk = (await listOnDisk(directory, folder)).filter(({ stats }) => stats.isFile());
      return [...onDisk.map(({ path }) => path), ...(await sparse.below(folder))].sort();
    },
    listStrange: async (folder) =>
      (await listOnDisk(directory, folder)).flatMap(({ path, stats }) =>
        stats.isSymbolicLink() || stats.isDirectory()
          ? [{ path, kind: kindOnDisk(join(directory, path), stats) }]
          : [],
      ),
    folderId: () => Promise.resolve(undefined),
    withFolder: async (folder, replaced, use) => {
      const left = await sparse.read(await sparse.below(folder));
      if (replaced.size + left.size === 0) return use(join(directory, folder));
      return inScratchFolder('tree', async (root) => {
        if (existsSync(join(directory, folder)))
          await cp(join(directory, folder), join(root, folder), { recursive: true });
        await writeAll(root, [...left, ...replaced]);
        return use(join(root, folder));
      });
    },
  };
}

/** A tree whose files are listed once, however often it is asked: for work during which none comes or goes. */
export function listOnce(tree: Tree): Tree {
  let listed: Promise<readonly string[]> | undefined;
  return {
    ...tree,
    list: async (folder) => {
      const all = await (listed ??= tree.list(''));
      return folder === '' ? [...all] : all.filter((path) => path.startsWith(`${folder}/`));
    },
  };
}

/** A tree with some files replaced; undefined takes a file away. */
export function overlayTree(tree: Tree, files: ReadonlyMap<string, string | undefined>): Tree {
  const readOver = async <T>(
    paths: readonly string[],
    read: (paths: readonly string[]) => Promise<Map<string, T>>,
    encode: (content: string) => T,
  ): Promise<Map<string, T>> => {
    const under = await read(paths.filter((path) => !files.has(path)));
    return new Map(
      paths.flatMap((path) => {
        const content = files.get(path);
        const found = content === undefined ? under.get(path) : encode(content);
        return found === undefined ? [] : [[path, found] as const];
      }),
    );
  };
  return {
    commit: undefined,
    folder: tree.folder,
    branch: tree.branch,
    read: (paths) =>
      readOver(
        paths,
        (below) => tree.read(below),
        (content) => content,
      ),
    readBytes: (paths) => readOver(paths, (below) => tree.readBytes(below), Buffer.from),
    listStrange: async (folder) => (await tree.listStrange(folder)).filter(({ path }) => !files.has(path)),
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

async function writeAll(
  root: string,
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
): Promise<void> {
  const folders = new Set(files.map(([path]) => dirname(join(root, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await Promise.all(files.map(([path, content]) => writeFile(join(root, path), content)));
}

/** What Git knows of, or would add, below a folder of a checkout, in order. What is deleted on disk is still in the index. */
async function listOnDisk(
  directory: string,
  folder: string,
): Promise<{ readonly path: string; readonly stats: Stats }[]> {
  const listed = await git(
    directory,
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', folder || '.'],
    { to: 'list the files' },
  );
  const paths = listed.stdout.toString('utf8').split('\0').filter(Boolean);
  return [...new Set(paths)].sort().flatMap((path) => {
    const stats = lstatSync(join(directory, path), { throwIfNoEntry: false });
    return stats === undefined ? [] : [{ path: path.replace(/\/$/, ''), stats }];
  });
}

function decodeAll(files: ReadonlyMap<string, Buffer>): Map<string, string> {
  return new Map([...files].map(([path, bytes]) => [path, decodeText(path, bytes)]));
}

function allowMissing(path: string, error: unknown): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return;
  if (code === 'EISDIR') throw notPlain({ path, kind: 'folder' });
  throw new BitiqError({
    code: 'file-invalid',
    message: `${path} cannot be read: ${message.replace(/,.*/s, '')}.`,
    fix: 'Make it a file that you may read.',
    place: { file: path },
  });
}
