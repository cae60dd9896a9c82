import { BitiqError } from '../model/errors.ts';
import { reasonOf } from '../process/errno.ts';

const room = 'Free some space, or set TMPDIR to another folder for temporary files.';
const owner = 'See who owns it, and run the command as a user who may do this.';
const rest = 'End other programs, then run the command again.';

/** What to do about what the operating system refuses. */
const fixes: Readonly<Record<string, string>> = {
  ENOSPC: room,
  EDQUOT: room,
  EROFS: 'Use a writable folder; set TMPDIR for temporary files.',
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
  EIO: 'Check the disk; the system log has details.',
  EMFILE: 'Allow more with `ulimit -n 4096`, then run the command again.',
  ENFILE: rest,
};

/** What does not exist, by what was tried. */
const missing: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  mkdtemp: [
    'the folder for temporary files does not exist',
    'Create it, or set TMPDIR to an existing folder.',
  ],
  // Node says so of a whole path that it may not make, too, such as on a read-only file system.
  mkdir: ['it cannot be made there, as on a read-only file system', 'Use a writable folder.'],
};

/** The error that what a command prints could not be written, such as to a full disk. */
export function outputFailed(error: NodeJS.ErrnoException, what: string): BitiqError {
  const { code = '', message } = error;
  const why = reasonOf(error) ?? message;
  return new BitiqError({
    code: 'system-error',
    message: `${what} could not be written completely: ${why} (${code}).`,
    fix: 'Free some space or write elsewhere, then run the command again.',
    state: 'Do not use the part that was written. Writes to Git are atomic.',
  });
}

/** An error of the operating system, such as a full disk, as what it is and not as a fault of bitiq; any other error as it is. */
export function explainMachine(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof BitiqError) return thrown;
  const { code = '', syscall = 'use', path = 'a file' } = thrown as NodeJS.ErrnoException;
  if (syscall === 'uv_cwd') {
    return new BitiqError({
      code: 'system-error',
      message: 'The current folder no longer exists: it was removed or moved.',
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
    state: 'Writes to Git are atomic.',
    cause: thrown,
  });
}
