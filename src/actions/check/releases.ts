import { paths, type Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { readObjects } from '../../git/read.ts';
import type { GitObject } from '../../git/object-reader.ts';
import { findObjects, pathInside, type Repository } from '../../git/repository.ts';
import { removeRefCommands } from '../../git/tag-command.ts';
import { recordOfTag, releaseNumbers } from '../read/read-records.ts';
import { findRecordFaults } from '../read/release-faults.ts';
import { releaseFinding } from '../read/release-finding.ts';

/** How many of the newest releases of an environment are checked against their trees. */
const newest = 100;

/** Findings about the newest releases of pinned environments: that they are annotated tags, readable, and true to their trees. */
export async function checkReleases(
  repository: Repository,
  { config }: { readonly config: Config },
): Promise<Finding[]> {
  const pinned = config.environments.filter((environment) => environment.kind === 'pinned');
  return (await Promise.all(pinned.map(({ name }) => checkEnvironment(repository, name)))).flat();
}

async function checkEnvironment(repository: Repository, environment: string): Promise<Finding[]> {
  const numbers = await releaseNumbers(repository, environment);
  const releases = numbers.slice(-newest).map((n) => `${environment}/${n}`);
  const [tags, named, trees, values, charts] = await Promise.all([
    findObjects(
      repository,
      releases.map((release) => `refs/tags/${release}`),
    ),
    findObjects(
      repository,
      releases.map((release) => `refs/tags/${release}^{}`),
    ),
    findObjects(
      repository,
      releases.map((release) => `refs/tags/${release}^{tree}`),
    ),
    readObjects(
      repository,
      releases.map((release) => `refs/tags/${release}:${pathInside(repository, paths.values(environment))}`),
    ),
    readObjects(
      repository,
      releases.map((release) => `refs/tags/${release}:${pathInside(repository, paths.chartFile)}`),
    ),
  ]);
  return releases.flatMap((release, index) =>
    checkRelease(repository, release, {
      tag: tags[index],
      isWhole: named[index] !== undefined && (named[index].type !== 'commit' || trees[index] !== undefined),
      values: values[index]?.toString('utf8'),
      chart: charts[index]?.toString('utf8'),
      environment,
    }),
  );
}

function checkRelease(
  repository: Repository,
  release: string,
  found: {
    readonly tag: GitObject | undefined;
    /** Whether what the tag names is here: a commit with its tree, or something else. */
    readonly isWhole: boolean;
    readonly values: string | undefined;
    readonly chart: string | undefined;
    readonly environment: string;
  },
): Finding[] {
  // The release is sound where it was made: to remove or to replace it would be the worst that one can do.
  if (found.tag === undefined || !found.isWhole) {
    return [
      releaseFinding(
        release,
        'release-mismatch',
        `The tag ${release} is here, but this clone lacks what it names: the clone is damaged.`,
        'Clone the repository again; `git fsck` lists what else is missing here.',
      ),
    ];
  }
  const byHand = `Releases are made by \`bitiq promote\`. If it never ran, remove it: ${removeRefCommands(repository, `refs/tags/${release}`)}.`;
  if (found.tag.type !== 'tag')
    return [releaseFinding(release, 'release-record-invalid', `${release} is not an annotated tag.`, byHand)];
  const record = recordOfTag(found.tag.content);
  if (record === undefined) {
    const message = `The message of ${release} is not a release record.`;
    return [releaseFinding(release, 'release-record-invalid', message, byHand)];
  }
  return findRecordFaults(record, { release, ...found }).map((message) =>
    releaseFinding(
      release,
      'release-mismatch',
      message,
      'A release never changes: make a new one with `bitiq promote`.',
    ),
  );
}
