import { paths } from '../../model/config.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { GitObject } from '../../git/object-reader.ts';
import { findObjects, pathInside, type Repository } from '../../git/repository.ts';
import { recordOfTag } from '../read/read-records.ts';
import type { PointerMove } from '../read/pointer-history.ts';

/** What Git has of one release of a pinned environment: its tag, its commit and tree, and the moves of the pointer to it. */
export interface ReleaseFacts {
  readonly release: string;
  readonly environment: string;
  /** What refs/tags/<release> names: an annotated tag, a bare commit, or nothing. */
  readonly tag: GitObject | undefined;
  readonly record: ReleaseRecord | undefined;
  readonly commit: GitObject | undefined;
  /** The full sha of the only parent of the commit; undefined where it has none or several. */
  readonly parent: string | undefined;
  readonly values: string | undefined;
  readonly chart: string | undefined;
  /** Newest first. */
  readonly moves: readonly PointerMove[];
}

/** The facts of these releases, in their order, by a few questions to one git process. */
export async function readReleaseFacts(
  repository: Repository,
  options: {
    readonly environment: string;
    readonly releases: readonly string[];
    readonly history: readonly PointerMove[];
  },
): Promise<ReleaseFacts[]> {
  const { environment, releases, history } = options;
  const look = (suffix: string) =>
    findObjects(
      repository,
      releases.map((release) => `refs/tags/${release}${suffix}`),
    );
  const [tags, commits, values, charts] = await Promise.all([
    look(''),
    look('^{commit}'),
    look(`:${pathInside(repository, paths.values(environment))}`),
    look(`:${pathInside(repository, paths.chartFile)}`),
  ]);
  return releases.map((release, index) => {
    const [tag, commit] = [tags[index], commits[index]];
    return {
      release,
      environment,
      tag,
      record: tag?.type === 'tag' ? recordOfTag(tag.content) : undefined,
      commit,
      parent: commit && onlyParentOf(commit.content),
      values: values[index]?.content.toString('utf8'),
      chart: charts[index]?.content.toString('utf8'),
      moves: history.filter((move) => move.release === release),
    };
  });
}

/** The value of a header of a raw tag or commit, such as `tag` or `tagger`. */
export function headerOf(object: GitObject, name: string): string | undefined {
  const text = object.content.toString('utf8');
  const head = text.slice(0, text.indexOf('\n\n'));
  const line = head.split('\n').find((each) => each.startsWith(`${name} `));
  return line?.slice(name.length + 1);
}

function onlyParentOf(commit: Buffer): string | undefined {
  const text = commit.toString('utf8');
  const parents = [...text.slice(0, text.indexOf('\n\n')).matchAll(/^parent ([0-9a-f]+)$/gm)];
  return parents.length === 1 ? parents[0]![1] : undefined;
}
