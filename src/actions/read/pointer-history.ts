import { paths } from '../../model/config.ts';
import { releaseOfPointer } from '../../model/release.ts';
import { logOf, readObjects, type CommitInfo } from '../../git/read.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { readTextAt } from '../../yaml/read-quickly.ts';
import { pointerPath } from './read-state.ts';

/** One commit of main that moved the pointer of a pinned environment. */
export interface PointerMove {
  readonly release: string;
  /** What the environment ran before; undefined at the beginning of the history that was read. */
  readonly before: string | undefined;
  readonly commit: CommitInfo;
  /** The object id of the annotated tag that bitiq recorded with the move; undefined for a commit that bitiq did not write. */
  readonly tag: string | undefined;
  /** `sha256:<hex>` of the manifests that bitiq recorded with the move. */
  readonly manifests: string | undefined;
}

/**
 * The moves of the pointer of a pinned environment on main, newest first. What a commit of bitiq says in its trailers is taken
 * from there, and only of the others the file is read; with `files` it is read of all.
 */
export async function readPointerHistory(
  repository: Repository,
  options: {
    readonly head: string;
    readonly environment: string;
    /** How many of the newest commits are read; default: all. */
    readonly limit?: number | undefined;
    readonly files?: boolean | undefined;
  },
): Promise<PointerMove[]> {
  const { head, environment, limit } = options;
  const path = paths.application(environment);
  const commits = await logOf(repository, { from: head, paths: [path], limit });
  const said = commits.map(({ trailers }) =>
    trailers.get('Bitiq-Environment') === environment ? trailers.get('Bitiq-To') : undefined,
  );
  const read = commits.filter((_, index) => options.files || said[index] === undefined);
  const blobs = await readObjects(
    repository,
    read.map(({ sha }) => `${sha}:${pathInside(repository, path)}`),
  );
  const inFile = new Map(read.map(({ sha }, index) => [sha, pointerIn(blobs[index], path)]));
  const pointers = commits.map(({ sha }, index) => (inFile.has(sha) ? inFile.get(sha) : said[index]));
  return commits.flatMap((commit, index): PointerMove[] => {
    const [release, before] = [pointers[index], pointers[index + 1]];
    if (release === undefined || release === before) return [];
    const { trailers } = commit;
    // A commit may tell of several environments only where it is merged; then each of its trailers is of one of them.
    const tells = [undefined, environment].includes(trailers.get('Bitiq-Environment'));
    const tag = tells ? trailers.get('Bitiq-Tag') : undefined;
    return [
      {
        release,
        before,
        commit,
        tag: tag !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(tag) ? tag : undefined,
        manifests: tells ? trailers.get('Bitiq-Manifests') : undefined,
      },
    ];
  });
}

/** The release that a pointer in an Application names; undefined where that cannot be read. */
export function pointerIn(blob: Buffer | undefined, path: string): string | undefined {
  try {
    const pointer = readTextAt(blob?.toString('utf8') ?? '', path, pointerPath);
    return pointer === undefined ? undefined : releaseOfPointer(pointer);
  } catch {
    return undefined;
  }
}
