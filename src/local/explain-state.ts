import { BitiqError } from '../model/errors.ts';
import { reasonOf } from '../process/errno.ts';

const another = 'Name another folder with `--state DIR`.';

/** What to do about a state folder that the system refuses; only these errors are about the folder. */
const fixes: Readonly<Record<string, string>> = {
  EACCES: 'Name a folder of your own with `--state DIR`.',
  EPERM: 'Name a folder of your own with `--state DIR`.',
  EROFS: another,
  // Node says so of a path that it may not make at all.
  ENOENT: another,
  ENOTDIR: another,
  EEXIST: `Move that file away. ${another}`,
  ENOSPC: 'Make room, or name a folder on another disk with `--state DIR`.',
  EDQUOT: 'Make room, or name a folder on another disk with `--state DIR`.',
};

/** What the system said of a file in the state folder, as `system-error`; any other error as it is. */
export function explainState(error: unknown, state: string): unknown {
  const { code = '', path } = error as NodeJS.ErrnoException;
  const fix = fixes[code];
  if (error instanceof BitiqError || fix === undefined) return error;
  if (path !== undefined && !path.startsWith(state)) return error;
  if (code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall !== 'mkdir') return error;
  const why = code === 'ENOENT' ? 'it cannot be made there, as on a read-only file system' : reasonOf(error);
  return new BitiqError({
    code: 'system-error',
    message: `The state folder ${state} cannot be used: ${why}${path === undefined || path === state ? '' : ` (${path})`}.`,
    fix,
    state: 'What was started has been ended again.',
    cause: error,
  });
}
