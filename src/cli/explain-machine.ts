import { BitiqError } from '../model/errors.ts';

/** What the operating system refuses for reasons that are none of bitiq's, and what to do about each. */
const reasons: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  ENOSPC: ['the disk is full', 'Make room there; TMPDIR names another folder for temporary files.'],
  EDQUOT: [
    'your quota of the disk is used up',
    'Make room there; TMPDIR names another folder for temporary files.',
  ],
  EROFS: [
    'it is on a read-only file system',
    'Use a folder that can be written; TMPDIR names that for temporary files.',
  ],
  EACCES: ['it is not permitted', 'See who owns it, and run the command as somebody who may do this.'],
  EPERM: ['it is not permitted', 'See who owns it, and run the command as somebody who may do this.'],
  ENOTDIR: ['a file stands where a folder is needed', 'Name a folder, or move that file away.'],
  EISDIR: ['a folder stands where a file is needed', 'Name a file, or move that folder away.'],
  EEXIST: ['there is something of that name already', 'Move it away, or choose another name.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one.'],
  ELOOP: ['its links lead in a circle', 'Correct the links.'],
  EBUSY: ['it is in use', 'End what uses it, then run the command again.'],
  ENOMEM: ['there is not enough memory', 'End other programs, then run the command again.'],
  EAGAIN: [
    'too many processes run, or there is not enough memory',
    'End other programs, then run the command again.',
  ],
  E2BIG: ['its arguments are too long', 'Name fewer things at once.'],
  EIO: ['the disk failed', 'Look at the disk: the log of the system says more.'],
  EMFILE: ['too many files are open', 'Allow more with `ulimit -n 4096`, then run the command again.'],
  ENFILE: ['too many files are open on this machine', 'End what holds them, then run the command again.'],
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
export function outputFailed({ code = '', message }: NodeJS.ErrnoException, what: string): BitiqError {
  const [why] = reasons[code] ?? [message];
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
  const [why, fix] = (code === 'ENOENT' ? missing[syscall] : reasons[code]) ?? [];
  if (why === undefined || fix === undefined) return thrown;
  return new BitiqError({
    code: 'system-error',
    message: `The operating system refused to ${syscall} ${path}: ${why} (${code}).`,
    fix,
    state: 'What a command writes to Git, it writes whole or not at all.',
    cause: thrown,
  });
}
