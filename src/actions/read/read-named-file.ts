import { readFile } from 'node:fs/promises';
import { BitiqError, messageOf } from '../../model/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not permitted',
};

/** The content of a file that a person named, `name` as they wrote it; throws `usage` when it cannot be read. */
export async function readNamedFile(path: string, name: string = path): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new BitiqError({
      code: 'usage',
      message: `The file ${name} cannot be read: ${reasons[code ?? ''] ?? messageOf(error)}.`,
      fix: 'Name a file that is there and can be read.',
      cause: error,
    });
  }
}
