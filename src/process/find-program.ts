import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The files that a program's name may mean, by a PATH, in its order; a name with a slash means one file. */
export async function findPrograms(name: string, path: string | undefined): Promise<string[]> {
  const files = name.includes('/')
    ? [name]
    : (path ?? '').split(delimiter).flatMap((folder) => (folder === '' ? [] : [join(folder, name)]));
  const found = await Promise.all(files.map(isProgram));
  return files.filter((_, index) => found[index]);
}

/** Whether a file can be started as a program. A folder passes for executable, and every bitiq repository has one called `helm`. */
export async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
