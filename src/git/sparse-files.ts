import { git } from './git.ts';

/** The files that a sparse checkout leaves in Git's index and off the disk. */
export interface SparseFiles {
  /** Those below a folder ('' is all), in order. */
  readonly below: (folder: string) => Promise<string[]>;
  /** The contents of those of these files that are left off the disk. */
  readonly read: (paths: readonly string[]) => Promise<Map<string, Buffer>>;
}

/** The files below a folder of a checkout that are left off the disk; Git is asked once, and none are in a folder without Git. */
export function sparseFiles(directory: string): SparseFiles {
  let asked: Promise<ReadonlySet<string>> | undefined;
  const names = () => (asked ??= askNames(directory));
  return {
    below: async (folder) =>
      [...(await names())].filter((path) => folder === '' || path.startsWith(`${folder}/`)),
    read: async (paths) => {
      if (paths.length === 0) return new Map();
      const known = await names();
      const left = paths.filter((path) => known.has(path));
      return new Map(
        await Promise.all(
          left.map(async (path) => {
            const args = ['cat-file', 'blob', `:./${path}`];
            return [path, (await git(directory, args, { to: `read ${path}` })).stdout] as const;
          }),
        ),
      );
    },
  };
}

async function askNames(directory: string): Promise<ReadonlySet<string>> {
  const listed = await git(directory, ['ls-files', '-t', '-z'], { to: 'list the files', allow: [0, 128] });
  const entries = listed.stdout.toString('utf8').split('\0');
  return new Set(entries.filter((entry) => entry.startsWith('S ')).map((entry) => entry.slice(2)));
}
