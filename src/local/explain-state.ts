import { BitiqError } from '../model/errors.ts';

const reasons: Readonly<Record<string, readonly [why: string, fix: string]>> = {
  EACCES: ['this user may not write there', 'Name a folder of your own with `--state DIR`.'],
  EPERM: ['this user may not write there', 'Name a folder of your own with `--state DIR`.'],
  EROFS: ['it is on a read-only file system', 'Name a folder that can be written with `--state DIR`.'],
  // Node says so of a path that it may not make at all.
  ENOENT: [
    'it cannot be made there, as on a read-only file system',
    'Name a folder that can be written with `--state DIR`.',
  ],
  ENOTDIR: ['a part of its path is a file', 'Name a folder with `--state DIR`.'],
  EEXIST: [
    'there is a file where a folder belongs',
    'Move that file away, or name another folder with `--state DIR`.',
  ],
  ENOSPC: ['the disk is full', 'Make room, or name a folder on another disk with `--state DIR`.'],
  EDQUOT: [
    'your share of the disk is used up',
    'Make room, or name a folder on another disk with `--state DIR`.',
  ],
};

/** What the system said of a file in the state folder, as `system-error`; any other error as it is. */
export function explainState(error: unknown, state: string): unknown {
  const { code = '', path } = error as NodeJS.ErrnoException;
  const reason = reasons[code];
  if (error instanceof BitiqError || reason === undefined) return error;
  if (path !== undefined && !path.startsWith(state)) return error;
  if (code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall !== 'mkdir') return error;
  const [why, fix] = reason;
  return new BitiqError({
    code: 'system-error',
    message: `The state folder ${state} cannot be used: ${why}${path === undefined || path === state ? '' : ` (${path})`}.`,
    fix,
    state: 'What was started has been ended again.',
    cause: error,
  });
}
