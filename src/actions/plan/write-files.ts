import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../process/atomic-write.ts';

/** Brings files of a checkout to these contents, each one whole or not at all; undefined removes a file. */
export async function writeFiles(
  directory: string,
  files: ReadonlyMap<string, string | undefined>,
): Promise<void> {
  for (const [path, content] of files) {
    const target = join(directory, path);
    if (content === undefined) await rm(target, { force: true });
    else await replaceFile(target, content, { mode: 'keep' });
  }
}
