import { readFile } from 'node:fs/promises';
import { BitiqError, messageOf } from '../../model/errors.ts';
import { reasonOf } from '../../process/errno.ts';

/** The content of a file that a person named, `name` as they wrote it; throws `usage` when it cannot be read. */
export async function readNamedFile(path: string, name: string = path): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new BitiqError({
      code: 'usage',
      message: `The file ${name} cannot be read: ${reasonOf(error) ?? messageOf(error)}.`,
      fix: 'Name a file that exists and that you may read.',
      cause: error,
    });
  }
}
