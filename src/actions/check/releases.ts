import { printComposite, sameCombination } from '../../model/combination.ts';
import { paths, type Config } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { readObjects } from '../../git/read.ts';
import type { Repository } from '../../git/repository.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readCombination } from '../../yaml/values-file.ts';
import { recordOfTag, releaseNumbers } from '../read-records.ts';

/** How many of the newest releases of an environment are checked against their trees. */
const newest = 100;

/** Findings about the release tags of pinned environments: annotated, readable, and true to their trees. */
export async function checkReleases(repository: Repository, config: Config): Promise<Finding[]> {
  const pinned = config.environments.filter((environment) => environment.pinned);
  const parts = await Promise.all(
    pinned.map((environment) => checkEnvironment(repository, environment.name)),
  );
  return parts.flat();
}

async function checkEnvironment(repository: Repository, environment: string): Promise<Finding[]> {
  const numbers = await releaseNumbers(repository, environment);
  const releases = numbers.slice(-newest).map((n) => `${environment}/${n}`);
  const [tags, values, charts] = await Promise.all([
    readObjects(
      repository,
      releases.map((release) => `refs/tags/${release}`),
    ),
    readObjects(
      repository,
      releases.map((release) => `refs/tags/${release}:${paths.values(environment)}`),
    ),
    readObjects(
      repository,
      releases.map((release) => `refs/tags/${release}:${paths.chartFile}`),
    ),
  ]);
  return [
    ...findGaps(environment, numbers),
    ...releases.flatMap((release, index) =>
      checkRelease(release, {
        tag: tags[index] ?? Buffer.alloc(0),
        values: values[index]?.toString('utf8'),
        chart: charts[index]?.toString('utf8'),
        environment,
      }),
    ),
  ];
}

/** Numbers are given in turn, so one that lacks was a release whose tag somebody removed. */
function findGaps(environment: string, numbers: readonly number[]): Finding[] {
  const there = new Set(numbers);
  return Array.from({ length: numbers.at(-1) ?? 0 }, (_, index) => index + 1)
    .filter((number) => !there.has(number))
    .slice(-newest)
    .map((number) => ({
      code: 'release-tag-missing',
      severity: 'error',
      place: { file: `refs/tags/${environment}/${number}` },
      message: `There is a release after ${environment}/${number}, and its own tag is gone.`,
      fix: `Fetch it (\`git fetch --tags\`), or push it again from a clone that has it: \`git push origin ${environment}/${number}\`.`,
    }));
}

function checkRelease(
  release: string,
  found: { tag: Buffer; values: string | undefined; chart: string | undefined; environment: string },
): Finding[] {
  const report = (code: Finding['code'], message: string, fix: string): Finding[] => [
    { code, severity: 'error', place: { file: `refs/tags/${release}` }, message, fix },
  ];
  if (!found.tag.toString('utf8', 0, 7).startsWith('object ')) {
    return report(
      'release-tag-light',
      `${release} is not an annotated tag.`,
      'Releases are made by `bitiq promote`, never by hand.',
    );
  }
  const record = recordOfTag(found.tag);
  if (record === undefined) {
    return report(
      'release-record-invalid',
      `The message of ${release} is not a release record.`,
      `Read it with \`git show ${release}\`.`,
    );
  }
  const makeNew = 'A release never changes: make a new one with `bitiq promote`.';
  if (record.release !== release) {
    return report('release-untrue', `The record of ${release} says that it is ${record.release}.`, makeNew);
  }
  if (found.values === undefined || found.chart === undefined) {
    return report('release-untrue', `The tree of ${release} lacks its chart or its values.`, makeNew);
  }
  try {
    const combination = readCombination(parseYaml(found.values, paths.values(found.environment)));
    if (!sameCombination(combination, record.services)) {
      return report(
        'release-untrue',
        `The record of ${release} names other versions than ${paths.values(found.environment)} in its tree.`,
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
