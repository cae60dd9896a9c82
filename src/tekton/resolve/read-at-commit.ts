import { posix } from 'node:path';
import { run } from '../../process/run.ts';
import { ResolutionError } from './fetched.ts';

const mostLinks = 40;

/** The bytes of a file of a commit, links inside the repository followed; undefined when there is no such file. */
export async function readAtCommit(
  gitDir: string,
  commit: string,
  path: string,
): Promise<Buffer | undefined> {
  const git = async (...args: string[]) =>
    (await run('git', ['--git-dir', gitDir, ...args], { to: 'read a file of a repository' })).stdout;
  let rest = posix
    .normalize(path)
    .split('/')
    .filter((part) => part !== '.');
  let folder: string[] = [];
  for (let links = 0; rest.length > 0;) {
    const [part, ...after] = rest as [string, ...string[]];
    if (part === '..') {
      if (folder.length === 0) throw escapes(path);
      folder = folder.slice(0, -1);
      rest = after;
      continue;
    }
    const here = [...folder, part].join('/');
    const [, mode, hash] =
      /^(\d+) \w+ ([0-9a-f]+)\t/.exec(
        String(await git('ls-tree', '-z', commit, '--', `:(literal)${here}`)),
      ) ?? [];
    if (mode === undefined) return undefined;
    if (mode === '120000') {
      const target = String(await git('cat-file', 'blob', hash!));
      if (target.startsWith('/')) throw escapes(path);
      if (++links > mostLinks) return undefined;
      rest = [
        ...posix
          .normalize(target)
          .split('/')
          .filter((one) => one !== '.'),
        ...after,
      ];
    } else if (mode === '040000') {
      folder = [...folder, part];
      rest = after;
    } else {
      return after.length === 0 && mode.startsWith('100') ? git('cat-file', 'blob', hash!) : undefined;
    }
  }
  return undefined;
}

function escapes(path: string): ResolutionError {
  return new ResolutionError(
    `error opening file "${path}": path "${path}" attempts to escape the repository directory (possible path traversal attack)`,
  );
}
