import { BitiqError } from '../model/errors.ts';
import { reasonOf } from '../process/errno.ts';

const room = 'Make room there; TMPDIR names another folder for temporary files.';
const owner = 'See who owns it, and run the command as somebody who may do this.';
const rest = 'End other programs, then run the command again.';

/** What to do about what the operating system refuses. */
const fixes: Readonly<Record<string, string>> = {
  ENOSPC: room,
  EDQUOT: room,
  EROFS: 'Use a folder that can be written; TMPDIR names that for temporary files.',
  EACCES: owner,
  EPERM: owner,
  ENOTDIR: 'Name a folder, or move that file away.',
  EISDIR: 'Name a file, or move that folder away.',
  EEXIST: 'Move it away, or choose another name.',
  ENAMETOOLONG: 'Choose a shorter one.',
  ELOOP: 'Correct the links.',
  EBUSY: 'End what uses it, then run the command again.',
  ENOMEM: rest,
  EAGAIN: rest,
  E2BIG: 'Name fewer things at once.',
  EIO: 'Look at the disk: the log of the system says more.',
  EMFILE: 'Allow more with `ulimit -n 4096`, then run the command again.',
  ENFILE: rest,
};

/** What does not exist, by what was tried. */
const missing: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  mkdtemp: [
    'the folder for temporary files does not exist',
    'Make it, or let TMPDIR name one that is there.',
  ],
  // Node says so of a whole path that it may not make, too, such as on a read-only file system.
  mkdir: ['it cannot be made there, as on a read-only file system', 'Use a folder that can be written.'],
};

/** The error that what a command prints could not be written, such as to a full disk. */
export function outputFailed(error: NodeJS.ErrnoException, what: string): BitiqError {
  const { code = '', message } = error;
  const why = reasonOf(error) ?? message;
  return new BitiqError({
    code: 'system-error',
    message: `${what} could not be written as a whole: ${why} (${code}).`,
    fix: 'Make room there, or write it to another place, and run the command again.',
    state:
      'Do not use the part that was written. What a command writes to Git, it writes whole or not at all.',
  });
}

/** An error of the operating system, such as a full disk, as what it is and not as a fault of bitiq; any other error as it is. */
export function explainMachine(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof BitiqError) return thrown;
  const { code = '', syscall = 'use', path = 'a file' } = thrown as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return new BitiqError({
      code: 'system-error',
      message: 'The current folder does not exist any more: it was removed or moved.',
      fix: 'Go to a folder that exists, such as `cd ~`, and run the command there.',
      cause: thrown,
    });
  }
  const [why, fix] = code === 'ENOENT' ? (missing[syscall] ?? []) : [reasonOf(thrown), fixes[code]];
  if (why === undefined || fix === undefined) return thrown;
  return new BitiqError({
    code: 'system-error',
    message: `The operating system refused to ${syscall} ${path}: ${why} (${code}).`,
    fix,
    state: 'What a command writes to Git, it writes whole or not at all.',
    cause: thrown,
  });
}
