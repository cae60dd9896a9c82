import { paths } from '../../model/config.ts';
import { headOfBranch } from '../../git/branches.ts';
import { isShallow, tooShallow } from '../../git/shallow.ts';
import { readObjects, type CommitInfo } from '../../git/read.ts';
import { pathInside, resolveCommit, type Repository } from '../../git/repository.ts';
import type { Tree } from '../../git/tree.ts';
import { numberIn } from './lineage.ts';
import { pointerIn, readPointerHistory, type PointerMove } from './pointer-history.ts';
import { proposalBranch } from '../../model/proposal-branch.ts';
import { releaseNumbers } from './read-records.ts';

/** A release that the history of a pointer names. */
export interface NamedRelease {
  readonly number: number;
  /** The moves of the pointer to it, newest first; empty where the history has only the move from it. */
  readonly moves: readonly PointerMove[];
  /** The newest commit of bitiq that moved the pointer from it. */
  readonly left: CommitInfo | undefined;
}

/** Every release that the pointer of an environment ever named at a commit and before it, by number; in a shallow clone only those of the history that is there. */
export async function readNamedReleases(
  repository: Repository,
  options: { readonly head: string; readonly environment: string },
): Promise<Map<number, NamedRelease>> {
  const { environment } = options;
  const named = new Map<number, NamedRelease>();
  const add = (name: string | undefined, found: Partial<NamedRelease>) => {
    const number = numberIn(environment, name);
    if (number === 0) return;
    const { moves = [], left } = named.get(number) ?? {};
    named.set(number, { number, moves: [...moves, ...(found.moves ?? [])], left: left ?? found.left });
  };
  for (const move of await readPointerHistory(repository, options)) {
    const { trailers } = move.commit;
    add(move.release, { moves: [move] });
    if (trailers.get('Bitiq-Environment') === environment)
      add(trailers.get('Bitiq-From'), { left: move.commit });
  }
  return named;
}

/** Every release that the history of what is checked, or that of main, names. */
export async function readNamedAnywhere(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Map<number, NamedRelease>> {
  const heads = await headsOf(repository, tree);
  const histories = await Promise.all(
    heads.map((head) => readNamedReleases(repository, { head, environment })),
  );
  return new Map(histories.flatMap((history) => [...history]));
}

/** The commit that is checked, and that of main. */
export async function headsOf(repository: Repository, tree: Tree): Promise<string[]> {
  const names = [tree.commit ?? 'HEAD', repository.mainRef];
  const heads = await Promise.all(names.map((name) => resolveCommit(repository, name)));
  return [...new Set(heads)].flatMap((head) => head ?? []);
}

/**
 * The number of an environment's next release: above every number that its tags, the history of its pointer and the branch
 * that proposes its releases have. Throws `clone-shallow` where that history is cut off.
 */
export async function nextReleaseNumber(
  repository: Repository,
  options: { readonly head: string; readonly environment: string },
): Promise<number> {
  const { environment } = options;
  if (await isShallow(repository))
    throw tooShallow(repository, `which release numbers ${environment} has used`);
  const branch = await headOfBranch(repository, proposalBranch(environment));
  const path = paths.application(environment);
  const [tags, named, [proposed]] = await Promise.all([
    releaseNumbers(repository, environment),
    readNamedReleases(repository, options),
    readObjects(repository, branch === undefined ? [] : [`${branch}:${pathInside(repository, path)}`]),
  ]);
  const used = [...tags, ...named.keys(), numberIn(environment, pointerIn(proposed, path))];
  // Not spread into Math.max, which a long history would not fit into.
  return used.reduce((a, b) => Math.max(a, b), 0) + 1;
}
