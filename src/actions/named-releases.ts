import { paths } from '../model/config.ts';
import { headOfBranch, isShallow, tooShallow } from '../git/branches.ts';
import { readObjects, type CommitInfo } from '../git/read.ts';
import { pathInside, type Repository } from '../git/repository.ts';
import { numberIn } from './lineage.ts';
import { pointerIn, readPointerHistory } from './pointer-history.ts';
import { proposalBranch } from './read-proposal.ts';
import { releaseNumbers } from './read-records.ts';

/** A release that the history of a pointer names. */
export interface NamedRelease {
  readonly number: number;
  /** The newest commit of main that moved the pointer there or from there. */
  readonly commit: CommitInfo;
}

/** Every release that the pointer of an environment ever named at a commit and before it, by number; in a shallow clone only those of the history that is there. */
export async function readNamedReleases(
  repository: Repository,
  options: { readonly head: string; readonly environment: string },
): Promise<Map<number, NamedRelease>> {
  const { environment } = options;
  const named = new Map<number, NamedRelease>();
  for (const { release, commit } of await readPointerHistory(repository, options)) {
    const isTold = commit.trailers.get('Bitiq-Environment') === environment;
    for (const name of [release, isTold ? commit.trailers.get('Bitiq-From') : undefined]) {
      const number = numberIn(environment, name);
      if (number > 0 && !named.has(number)) named.set(number, { number, commit });
    }
  }
  return named;
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
