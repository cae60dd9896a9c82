import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Brings files of a checkout to these contents, each one whole or not at all; undefined removes a file. */
export async function writeFiles(
  directory: string,
  files: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  for (const [path, content] of files) {
    const target = join(directory, path);
    if (content === undefined) {
      await rm(target, { force: true });
      continue;
    }
    await mkdir(dirname(target), { recursive: true });
    const fresh = `${target}.${randomBytes(4).toString('hex')}`;
    await writeFile(fresh, content);
    await rename(fresh, target);
  }
}
