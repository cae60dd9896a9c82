import { paths } from '../model/config.ts';
import { parseReleaseName, releaseOfPointer } from '../model/release.ts';
import { headOfBranch, isShallow, tooShallow } from '../git/branches.ts';
import { logOf, readObjects, type CommitInfo } from '../git/read.ts';
import { pathInside, type Repository } from '../git/repository.ts';
import { readTextAt } from '../yaml/read-quickly.ts';
import { proposalBranch } from './read-proposal.ts';
import { releaseNumbers } from './read-records.ts';
import { pointerPath } from './read-state.ts';

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
  const { head, environment } = options;
  const path = paths.application(environment);
  const commits = await logOf(repository, { from: head, paths: [path] });
  // A commit of bitiq says it in its trailers; only of the others the file is read.
  const toldBy = ({ trailers }: CommitInfo): string | undefined =>
    trailers.get('Bitiq-Environment') === environment ? trailers.get('Bitiq-To') : undefined;
  const untold = commits.filter((commit) => toldBy(commit) === undefined);
  const blobs = await readObjects(
    repository,
    untold.map(({ sha }) => `${sha}:${pathInside(repository, path)}`),
  );
  const pointers = new Map(untold.map(({ sha }, index) => [sha, pointerIn(blobs[index], path)]));
  const named = new Map<number, NamedRelease>();
  for (const commit of commits) {
    const to = toldBy(commit);
    const from = to === undefined ? undefined : commit.trailers.get('Bitiq-From');
    for (const release of [to ?? pointers.get(commit.sha), from]) {
      const number = numberOf(release, environment);
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
  const used = [...tags, ...named.keys(), numberOf(pointerIn(proposed, path), environment)];
  // Not spread into Math.max, which a long history would not fit into.
  return used.reduce((a, b) => Math.max(a, b), 0) + 1;
}

function pointerIn(blob: Buffer | undefined, path: string): string | undefined {
  try {
    return blob && readTextAt(blob.toString('utf8'), path, pointerPath);
  } catch {
    return undefined;
  }
}

function numberOf(pointer: string | undefined, environment: string): number {
  const parsed = pointer === undefined ? undefined : parseReleaseName(releaseOfPointer(pointer));
  return parsed?.kind === 'pinned' && parsed.environment === environment ? parsed.number : 0;
}
