import { constants, open, readlink, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { largestResult } from './options.ts';

/** What a step wrote as a result, or why it cannot be read. */
export type ResultFile = { readonly content: string } | { readonly problem: string };

/**
 * Reads the file of a result; undefined when there is none. What is not a file (a folder, a pipe that no one writes to) is a problem and
 * never waited for. With `within`, which is for steps that see other paths than this process, a link out of that folder is one, too.
 */
export async function readResultFile(
  file: string,
  name: string,
  within?: string,
): Promise<ResultFile | undefined> {
  const problem = (what: string): ResultFile => ({ problem: `The result "${name}" ${what}` });
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : problem(`cannot be read: ${code}`);
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) return problem('is not a file');
    if (within !== undefined && !(await realPathOf(handle, file)).startsWith((await realpath(within)) + sep))
      return problem('is a link out of the task');
    if (status.size > largestResult) return problem(`is larger than ${largestResult} bytes`);
    return { content: await handle.readFile('utf8') };
  } finally {
    await handle.close();
  }
}

/** Where that which is open lies, whatever the path leads to meanwhile. */
function realPathOf({ fd }: FileHandle, file: string): Promise<string> {
  return process.platform === 'linux' ? readlink(`/proc/self/fd/${fd}`) : realpath(file);
}
