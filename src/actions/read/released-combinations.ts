import type { Combination } from '../../model/combination.ts';
import { diffCombinations } from '../../model/combination-diff.ts';
import { paths } from '../../model/config.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import { readObjects, type CommitInfo } from '../../git/read.ts';
import { pathInside, type Repository } from '../../git/repository.ts';
import { readCombinationText } from '../../yaml/read-quickly.ts';
import { readRecords, recordOfTag } from './read-records.ts';

/**
 * What the pointer commits of an environment brought into use, in their order (newest first); undefined where that is not known.
 * A release tag may be gone by now, or another one of its name. So the tag object that a commit recorded counts; without it the
 * record by that name where it fits what the commit says, and else the values file that the commit wrote.
 */
export async function readReleased(
  repository: Repository,
  options: {
    readonly environment: string;
    readonly commits: readonly CommitInfo[];
    /** For each commit, the release that its pointer names. */
    readonly pointers: readonly string[];
  },
): Promise<(Combination | undefined)[]> {
  const { environment, commits, pointers } = options;
  const ids = commits.map(({ trailers }) => trailers.get('Bitiq-Tag') ?? '');
  const distinct = [...new Set(ids)].filter((id) => /^[0-9a-f]{40,64}$/.test(id));
  const [objects, byName] = await Promise.all([
    readObjects(repository, distinct),
    readRecords(
      repository,
      environment,
      pointers.filter((_, index) => !distinct.includes(ids[index]!)),
    ),
  ]);
  const byId = new Map(distinct.map((id, index) => [id, recordIn(objects[index])] as const));
  const found = commits.map((commit, index) => {
    const id = ids[index]!;
    if (byId.has(id)) return byId.get(id);
    const record = byName.get(pointers[index]!);
    return record && fits(record, commit) ? record : undefined;
  });
  const combinations = found.map((record) => record?.services);
  const unknown = commits.flatMap((commit, index) =>
    combinations[index] === undefined && isRelease(commit) ? [index] : [],
  );
  const path = paths.values(environment);
  const values = await readObjects(
    repository,
    unknown.map((index) => `${commits[index]!.sha}:${pathInside(repository, path)}`),
  );
  for (const [at, index] of unknown.entries()) combinations[index] = combinationIn(values[at], path);
  // A rollback brings what the release was when it was made; one of the same name may have been made later.
  const made = new Map<string, Combination | undefined>();
  for (const [index, commit] of [...commits.entries()].reverse()) {
    const release = pointers[index]!;
    if (isRelease(commit)) made.set(release, combinations[index]);
    else if (made.has(release) && !byId.get(ids[index]!)) combinations[index] = made.get(release);
  }
  return combinations;
}

/** Whether a commit made a release: it then wrote the same versions into the values file of main. */
function isRelease({ trailers }: CommitInfo): boolean {
  return ['promote', 'set'].includes(trailers.get('Bitiq-Action') ?? '');
}

/** Whether a record can be that of the release which a commit made, by the changes that the commit lists. */
function fits(record: ReleaseRecord, commit: CommitInfo): boolean {
  if (!isRelease(commit)) return true;
  const listed = [...commit.body.matchAll(/^[a-z][-a-z0-9]* \S+ → \S+/gm)].map(([text]) => text);
  const changes = record.delta
    ? Object.entries(record.delta)
    : diffCombinations(new Map(), record.services).map((change) => [change.service, change] as const);
  const recorded = changes.map(
    ([service, { from, to }]) => `${service} ${from ?? '(none)'} → ${to ?? '(removed)'}`,
  );
  // The commit of a merge lists nothing.
  return listed.length === 0 || listed.sort().join('\n') === recorded.sort().join('\n');
}

function recordIn(object: Buffer | undefined): ReleaseRecord | undefined {
  return object && recordOfTag(object);
}

function combinationIn(blob: Buffer | undefined, path: string): Combination | undefined {
  try {
    return blob && readCombinationText(blob.toString('utf8'), path);
  } catch {
    return undefined;
  }
}
