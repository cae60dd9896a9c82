/** Why the operating system refuses something, as the end of "…: ". Sources: errno(3) and the codes of Node. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EEXIST: 'something with that name is there already',
  EACCES: 'it is not permitted',
  EPERM: 'it is not permitted',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your quota of the disk is used up',
  EIO: 'the disk failed',
  EBUSY: 'it is in use',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links form a circle',
  ENOMEM: 'there is not enough memory',
  EAGAIN: 'too many processes run, or there is not enough memory',
  E2BIG: 'its arguments are too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
};

/** The reason in an error of the operating system as a plain clause; undefined for any other error. */
export function reasonOf(error: unknown): string | undefined {
  return reasons[(error as NodeJS.ErrnoException | null)?.code ?? ''];
}

/** Whether an error of the file system only means that the file is not there. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
