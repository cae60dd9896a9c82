import { paths } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { gitText } from '../git/git.ts';
import { logOf } from '../git/read.ts';
import { resolveObject, type Repository } from '../git/repository.ts';

/** What main says of a release's content, in the commit that moved the pointer there. */
export interface RecordedTag {
  readonly release: string;
  /** The id of the annotated tag object. It covers the message, the commit and every file of the release. */
  readonly tag: string;
  /** `sha256:<hex>` of what the release renders to. */
  readonly manifests: string | undefined;
  /** The full sha of the commit of main that recorded it. */
  readonly commit: string;
}

/**
 * What the history of an environment's pointer records of its releases, by release: the first record of each. Releases that were
 * made before tags were recorded, and what a shallow clone lacks, are absent. `limit`: only so many of the newest moves are read.
 */
export async function readRecordedTags(
  repository: Repository,
  options: { readonly head: string; readonly environment: string; readonly limit?: number | undefined },
): Promise<Map<string, RecordedTag>> {
  const { head, environment, limit } = options;
  const commits = await logOf(repository, { from: head, paths: [paths.application(environment)], limit });
  // Oldest last, so that the first record of a release stays.
  return new Map(
    commits.flatMap(({ sha, trailers }) => {
      const [release, tag] = [trailers.get('Bitiq-To'), trailers.get('Bitiq-Tag')];
      if (trailers.get('Bitiq-Environment') !== environment || release === undefined) return [];
      if (tag === undefined || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(tag)) return [];
      const recorded = { release, tag, manifests: trailers.get('Bitiq-Manifests'), commit: sha };
      return [[release, recorded] as const];
    }),
  );
}

/** The ids of the tag objects of an environment's releases as they are here, by release; one process, whatever their number. */
export async function readTagIds(repository: Repository, environment: string): Promise<Map<string, string>> {
  const text = await gitText(
    repository.directory,
    ['for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', `refs/tags/${environment}/`],
    { to: 'read the ids of the releases' },
  );
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

/** How far back the record of a release is looked for: nearly always the first is enough. */
const looks = [64, undefined];

/**
 * Throws `release-tag-moved` where the tag of a release is another one than main recorded when the release came into use.
 * Returns the id of the tag, and whether main has a record of it at all.
 */
export async function requireUnmoved(
  repository: Repository,
  options: { readonly head: string; readonly environment: string; readonly release: string },
): Promise<{ readonly tag: string | undefined; readonly recorded: RecordedTag | undefined }> {
  const { release } = options;
  const tag = await resolveObject(repository, `refs/tags/${release}`);
  for (const limit of looks) {
    const recorded = (await readRecordedTags(repository, { ...options, limit })).get(release);
    if (recorded === undefined) continue;
    if (tag !== undefined && recorded.tag !== tag) throw tagMoved(recorded, tag);
    return { tag, recorded };
  }
  return { tag, recorded: undefined };
}

/** How a moved tag is told, in findings and errors. */
export function describeMovedTag(
  recorded: RecordedTag,
  tag: string,
): { readonly message: string; readonly fix: string } {
  const { release, commit } = recorded;
  return {
    message: `The tag ${release} was moved: it is ${tag.slice(0, 12)} now, and main recorded ${recorded.tag.slice(0, 12)} in ${commit.slice(0, 7)} when ${release} came into use.`,
    fix: `A release never changes. Find out who moved the tag; a clone that has the right one brings it back: \`git push --force origin ${recorded.tag}:refs/tags/${release}\`.`,
  };
}

function tagMoved(recorded: RecordedTag, tag: string): BitiqError {
  return new BitiqError({ code: 'release-tag-moved', ...describeMovedTag(recorded, tag) });
}
