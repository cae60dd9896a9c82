import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { largestResult } from './options.ts';

/** What a step wrote as a result, or why it cannot be read. */
export type ResultFile = { readonly content: string } | { readonly problem: string };

/**
 * Reads the file of a result; undefined when there is none. What is no file (a folder, a pipe that nobody writes to) is a problem and
 * never waited for. With `within`, which is for steps that see other paths than this process, a link out of that folder is one, too.
 */
export function readResultFile(file: string, name: string, within?: string): ResultFile | undefined {
  const problem = (what: string): ResultFile => ({ problem: `The result "${name}" ${what}` });
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : problem(`cannot be read: ${code}`);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return problem('is no file');
    if (within !== undefined && !realPathOf(descriptor, file).startsWith(realpathSync(within) + sep))
      return problem('is a link out of the task');
    if (status.size > largestResult) return problem(`is larger than ${largestResult} bytes`);
    return { content: readFileSync(descriptor, 'utf8') };
  } finally {
    closeSync(descriptor);
  }
}

/** Where that which is open lies, whatever the path leads to meanwhile. */
function realPathOf(descriptor: number, file: string): string {
  return process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : realpathSync(file);
}
