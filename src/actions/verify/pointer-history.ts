import { paths } from '../../model/config.ts';
import { releaseOfPointer } from '../../model/release.ts';
import { logOf, readObjects, type CommitInfo } from '../../git/read.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { readTextAt } from '../../yaml/read-quickly.ts';
import { pointerPath } from '../read-state.ts';

/** One commit of main that moved the pointer of a pinned environment. */
export interface PointerMove {
  readonly release: string;
  /** What the environment ran before; undefined at the beginning of the history. */
  readonly before: string | undefined;
  readonly commit: CommitInfo;
  /** The object id of the annotated tag that bitiq recorded with the move; undefined for a commit that bitiq did not write. */
  readonly tag: string | undefined;
  /** `sha256:<hex>` of the manifests that bitiq recorded with the move. */
  readonly manifests: string | undefined;
}

/** Every move of the pointer of a pinned environment on main, newest first. */
export async function readPointerHistory(
  repository: Repository,
  options: { readonly head: string; readonly environment: string },
): Promise<PointerMove[]> {
  const path = paths.application(options.environment);
  const commits = await logOf(repository, { from: options.head, paths: [path] });
  const blobs = await readObjects(
    repository,
    commits.map(({ sha }) => `${sha}:${pathInside(repository, path)}`),
  );
  const pointers = blobs.map((blob) => pointerIn(blob?.toString('utf8') ?? '', path));
  return commits.flatMap((commit, index): PointerMove[] => {
    const [release, before] = [pointers[index], pointers[index + 1]];
    if (release === undefined || release === before) return [];
    const { trailers } = commit;
    // A commit may tell of several environments only where it is merged; then each of its trailers is of one of them.
    const tells = [undefined, options.environment].includes(trailers.get('Bitiq-Environment'));
    return [
      {
        release,
        before,
        commit,
        tag: tells ? trailers.get('Bitiq-Tag') : undefined,
        manifests: tells ? trailers.get('Bitiq-Manifests') : undefined,
      },
    ];
  });
}

function pointerIn(text: string, path: string): string | undefined {
  try {
    const pointer = readTextAt(text, path, pointerPath);
    return pointer === undefined ? undefined : releaseOfPointer(pointer);
  } catch {
    return undefined;
  }
}
