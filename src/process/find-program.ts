import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The files that a program's name may mean, by a PATH, in its order; a name with a slash means one file. */
export function findPrograms(name: string, path: string | undefined): string[] {
  const files = name.includes('/')
    ? [name]
    : (path ?? '').split(delimiter).flatMap((folder) => (folder === '' ? [] : [join(folder, name)]));
  return files.filter(isProgram);
}

/** Whether a file can be started as a program. A folder passes for executable, and every bitiq repository has one called `helm`. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
