import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The files below a folder whose path matches, sorted by path. */
export async function glob(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
