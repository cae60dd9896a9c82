// What a change does to the pinned environments: a pointer that moves, values that the next release will take, or the end of the pin.
import { execFileSync } from 'node:child_process';
import { hasRun } from '../../dist/actions/plan/read-proposal.js';
import { isUnreleased, readConfig, readTreePointer } from '../../dist/actions/read/read-state.js';
import { isShallow } from '../../dist/git/shallow.js';
import { headOfMain, pathInside } from '../../dist/git/repository.js';
import { commitTree, folderTree } from '../../dist/git/tree.js';
import { paths } from '../../dist/model/config.js';
import { parseReleaseName } from '../../dist/model/release.js';

/**
 * The moves of pinned environments between the commit that a branch started from and the files on disk. The pointer of an
 * environment that is new counts from `<env>/0`. One that was pinned and is no more is a move of the kind `unpinned`.
 */
export async function findMoves(repository, base) {
  const start = git(repository, 'merge-base', base, 'HEAD');
  const [before, after] = [commitTree(repository, start), folderTree(repository)];
  const pointerBefore = (name) => readTreePointer(before, name).catch(() => `${name}/0`);
  const pinned = (await readConfig(after)).environments.filter((each) => each.kind === 'pinned');
  const moves = [];
  for (const name of await pinnedBefore(before)) {
    if (pinned.some((each) => each.name === name)) continue;
    moves.push({ environment: name, kind: 'unpinned', from: await pointerBefore(name) });
  }
  for (const environment of pinned) {
    const { name } = environment;
    const [from, to] = await Promise.all([pointerBefore(name), readTreePointer(after, name)]);
    const values = paths.values(name);
    if (from !== to) {
      const kind = (await isBack(repository, environment, to)) ? 'rollback' : 'promotion';
      moves.push({ environment: name, kind, from, to });
    } else if (git(repository, 'diff', '--name-only', start, '--', pathInside(repository, values)) !== '')
      moves.push({
        environment: name,
        kind: 'values',
        from: isUnreleased(name, from) ? `${name}/0` : name,
        to: values,
      });
  }
  return moves;
}

async function pinnedBefore(tree) {
  try {
    return (await readConfig(tree)).environments
      .filter(({ kind }) => kind === 'pinned')
      .map(({ name }) => name);
  } catch (error) {
    if (error.code === 'config-missing') return [];
    throw error;
  }
}

/** Only what main says has run before: a number, a branch or a sha says nothing of that. */
async function isBack(repository, environment, to) {
  const release = parseReleaseName(to);
  if (release?.kind !== 'pinned' || release.environment !== environment.name) return false;
  // A clone that lacks the history knows of no release that it ran.
  if (await isShallow(repository)) return false;
  return hasRun(repository, { head: await headOfMain(repository), environment, release: to });
}

function git(repository, ...args) {
  return execFileSync('git', args, { cwd: repository.directory, encoding: 'utf8' }).trim();
}
