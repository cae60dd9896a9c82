// What a change does to the pinned environments: a pointer that moves, or values that the next release will take.
import { execFileSync } from 'node:child_process';
import { isUnreleased, readConfig, readTreePointer } from '../../dist/actions/read-state.js';
import { commitTree, folderTree } from '../../dist/git/tree.js';
import { paths } from '../../dist/model/config.js';
import { parseReleaseName } from '../../dist/model/release.js';

/**
 * The moves of pinned environments between the commit that a branch started from and the files on disk. The pointer of an
 * environment that is new counts from `<env>/0`.
 */
export async function findMoves(repository, base) {
  const start = git(repository, 'merge-base', base, 'HEAD');
  const [before, after] = [commitTree(repository, start), folderTree(repository.directory)];
  const moves = [];
  for (const { name, pinned } of (await readConfig(after)).environments) {
    if (!pinned) continue;
    const [from, to] = await Promise.all([
      readTreePointer(before, name).catch(() => `${name}/0`),
      readTreePointer(after, name),
    ]);
    const values = paths.values(name);
    if (from !== to)
      moves.push({ environment: name, kind: isBack(from, to) ? 'rollback' : 'promotion', from, to });
    else if (git(repository, 'diff', '--name-only', start, '--', values) !== '')
      moves.push({
        environment: name,
        kind: 'values',
        from: isUnreleased(name, from) ? `${name}/0` : name,
        to: values,
      });
  }
  return moves;
}

function isBack(from, to) {
  return (parseReleaseName(to)?.number ?? 0) < (parseReleaseName(from)?.number ?? 0);
}

function git(repository, ...args) {
  return execFileSync('git', args, { cwd: repository.directory, encoding: 'utf8' }).trim();
}
