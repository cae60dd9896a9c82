import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Whether something is at a path, also behind a link. */
export async function isThere(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

/** Whether a folder is there, also behind a link. */
export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() === true;
}

/** Where a path leads to, as far as it is there. */
export async function realPath(path: string): Promise<string> {
  if (await isThere(path)) return realpath(path);
  return path === dirname(path) ? path : join(await realPath(dirname(path)), basename(path));
}

function statOf(path: string) {
  return stat(path).catch(() => undefined);
}
