import { printComposite, sameCombination } from '../../model/combination.ts';
import { paths, type Config } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { readObjects } from '../../git/read.ts';
import type { GitObject } from '../../git/object-reader.ts';
import {
  findObjects,
  pathInside,
  resolveCommit,
  resolveObject,
  type Repository,
} from '../../git/repository.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readCombination, readDigests } from '../../yaml/values-file.ts';
import { sameDigests } from '../../model/release.ts';
import { readNamedReleases } from '../named-releases.ts';
import { readTreePointer } from '../read-state.ts';
import { recordOfTag, releaseNumbers } from '../read-records.ts';
import { describeMovedTag, readRecordedTags, readTagIds } from '../recorded-tags.ts';

/** How many of the newest releases of an environment are checked against their trees. */
const newest = 100;

/** Findings about the release tags of pinned environments: annotated, readable, true to their trees, and those that main recorded. */
export async function checkReleases(
  repository: Repository,
  { tree, config }: { readonly tree: Tree; readonly config: Config },
): Promise<Finding[]> {
  const pinned = config.environments.filter((environment) => environment.pinned);
  const parts = await Promise.all(
    pinned.map(async ({ name }) => [
      ...(await checkEnvironment(repository, name)),
      ...(await findMoved(repository, { tree, environment: name })),
      ...(await findLost(repository, { tree, environment: name })),
    ]),
  );
  return parts.flat();
}

/** Every release whose tag is another object than the history of the pointer says: that of main, and that of what is checked. */
async function findMoved(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const heads = await Promise.all(
    [tree.commit ?? 'HEAD', repository.mainRef].map((name) => resolveCommit(repository, name)),
  );
  const [tags, ...histories] = await Promise.all([
    readTagIds(repository, environment),
    ...[...new Set(heads)].flatMap((head) =>
      head === undefined ? [] : [readRecordedTags(repository, { head, environment })],
    ),
  ]);
  const recorded = new Map(histories.flatMap((history) => [...history]));
  return [...recorded.values()].flatMap((each): Finding[] => {
    const tag = tags.get(each.release);
    if (tag === undefined || tag === each.tag) return [];
    const place = { file: `refs/tags/${each.release}` };
    return [{ code: 'release-tag-moved', severity: 'error', place, ...describeMovedTag(each, tag) }];
  });
}

/** Every release that the history of the pointer names and that has no tag, unless one after it shows the gap: then that says so. */
async function findLost(
  repository: Repository,
  { tree, environment }: { readonly tree: Tree; readonly environment: string },
): Promise<Finding[]> {
  const head = await resolveCommit(repository, tree.commit ?? 'HEAD');
  if (head === undefined) return [];
  const [tags, named, pointer] = await Promise.all([
    releaseNumbers(repository, environment),
    readNamedReleases(repository, { head, environment }),
    readTreePointer(tree, environment).catch(() => ''),
  ]);
  const last = tags.at(-1) ?? 0;
  return [...named.values()]
    .filter(({ number }) => number > last && `${environment}/${number}` !== pointer)
    .sort((a, b) => a.number - b.number)
    .map(({ number, commit }): Finding => {
      const release = `${environment}/${number}`;
      const id = commit.trailers.get('Bitiq-To') === release ? commit.trailers.get('Bitiq-Tag') : undefined;
      return {
        code: 'release-tag-missing',
        severity: 'error',
        place: { file: `refs/tags/${release}` },
        message: `${environment} ran ${release} (${commit.sha.slice(0, 7)} by ${commit.author}), and there is no such tag any more.`,
        fix: `Fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`git push origin ${id ?? ''}${id ? ':' : ''}refs/tags/${release}\`. Its number is not given again.`,
      };
    });
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
  return [
    ...(await findZero(repository, environment)),
    ...findGaps(environment, numbers),
    ...releases.flatMap((release, index) =>
      checkRelease(release, {
        tag: tags[index],
        isWhole: named[index] !== undefined && (named[index].type !== 'commit' || trees[index] !== undefined),
        values: values[index]?.toString('utf8'),
        chart: charts[index]?.toString('utf8'),
        environment,
      }),
    ),
  ];
}

/** <env>/0 says that nothing has been released, so Argo CD must find nothing by that name. */
async function findZero(repository: Repository, environment: string): Promise<Finding[]> {
  const zero = `${environment}/0`;
  const file = `refs/tags/${zero}`;
  if ((await resolveObject(repository, file)) === undefined) return [];
  const message = `${zero} stands for no release, and there is a tag of that name.`;
  const fix = `Remove it: \`git push origin :${file}\` and \`git tag -d ${zero}\`.`;
  return [{ code: 'release-untrue', severity: 'error', place: { file }, message, fix }];
}

/** Numbers are given in turn, so one that lacks was a release whose tag somebody removed; neighbours are one finding. */
function findGaps(environment: string, numbers: readonly number[]): Finding[] {
  return numbers.flatMap((number, index): Finding[] => {
    const from = (numbers[index - 1] ?? 0) + 1;
    if (from === number) return [];
    const [first, last] = [`${environment}/${from}`, `${environment}/${number - 1}`];
    const place = { file: `refs/tags/${first}` };
    if (first === last) {
      return [
        {
          code: 'release-tag-missing',
          severity: 'error',
          place,
          message: `There is a release after ${first}, and its own tag is gone.`,
          fix: `Fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`git push origin ${first}\`.`,
        },
      ];
    }
    return [
      {
        code: 'release-tag-missing',
        severity: 'error',
        place,
        message: `There is the release ${environment}/${number}, and the tags ${first} to ${last} are gone.`,
        fix: `Fetch them (\`git fetch --tags\`), or push them again from a clone that has them. If somebody made ${environment}/${number} by hand: \`git push origin :refs/tags/${environment}/${number}\` and \`git tag -d ${environment}/${number}\`.`,
      },
    ];
  });
}

function checkRelease(
  release: string,
  found: {
    tag: GitObject | undefined;
    /** Whether what the tag names is here: a commit with its tree, or something else. */
    isWhole: boolean;
    values: string | undefined;
    chart: string | undefined;
    environment: string;
  },
): Finding[] {
  const report = (code: Finding['code'], message: string, fix: string): Finding[] => [
    { code, severity: 'error', place: { file: `refs/tags/${release}` }, message, fix },
  ];
  // The release is sound where it was made: to remove or to replace it would be the worst that one can do.
  if (found.tag === undefined || !found.isWhole) {
    return report(
      'release-tag-missing',
      `${release} is here by name alone: this clone is damaged and lacks what the tag names.`,
      'Make a new clone; `git fsck` says what else this one lacks.',
    );
  }
  const byHand = `Releases are made by \`bitiq promote\`. If it never ran, remove it: \`git push origin :refs/tags/${release}\` and \`git tag -d ${release}\`.`;
  if (found.tag.type !== 'tag') {
    return report('release-tag-light', `${release} is not an annotated tag.`, byHand);
  }
  const record = recordOfTag(found.tag.content);
  if (record === undefined) {
    return report('release-record-invalid', `The message of ${release} is not a release record.`, byHand);
  }
  const makeNew = 'A release never changes: make a new one with `bitiq promote`.';
  if (record.release !== release) {
    return report('release-untrue', `The record of ${release} says that it is ${record.release}.`, makeNew);
  }
  if (found.values === undefined || found.chart === undefined) {
    return report('release-untrue', `The tree of ${release} lacks its chart or its values.`, makeNew);
  }
  try {
    const values = parseYaml(found.values, paths.values(found.environment));
    const combination = readCombination(values);
    if (!sameCombination(combination, record.services)) {
      return report(
        'release-untrue',
        `The record of ${release} names other versions than ${paths.values(found.environment)} in its tree.`,
        makeNew,
      );
    }
    const digests = readDigests(values);
    if (!sameDigests(digests, record.digests ?? new Map())) {
      return report(
        'release-untrue',
        `The record of ${release} names other digests than ${paths.values(found.environment)} in its tree.`,
        makeNew,
      );
    }
    const appVersion: unknown = parseYaml(found.chart, paths.chartFile).document.get('appVersion');
    if (appVersion !== printComposite(combination)) {
      return report(
        'release-untrue',
        `appVersion in the tree of ${release} is not its composite version.`,
        makeNew,
      );
    }
  } catch (error) {
    return report('release-untrue', `The tree of ${release} cannot be read: ${messageOf(error)}`, makeNew);
  }
  return [];
}
