import { printComposite } from '../../model/combination.ts';
import { diffCombinations } from '../../model/combination-diff.ts';
import { paths } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import { sameDigests, type ReleaseRecord } from '../../model/release.ts';
import { readCombinationText, readTextAt } from '../../yaml/read-quickly.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readDigests } from '../../yaml/values-file.ts';

/** Where the record of a release, and the chart and the values of its tree, do not say the same, one sentence each. */
export function findRecordFaults(
  record: ReleaseRecord,
  tree: {
    readonly release: string;
    readonly environment: string;
    readonly values: string | undefined;
    readonly chart: string | undefined;
  },
): string[] {
  const { release, environment, values, chart } = tree;
  const file = paths.values(environment);
  const faults = record.release === release ? [] : [`The record of ${release} is that of ${record.release}.`];
  if (values === undefined || chart === undefined)
    return [...faults, `The tree of ${release} lacks its chart or ${file}.`];
  try {
    const combination = readCombinationText(values, file);
    for (const { service, from, to } of diffCombinations(record.services, combination))
      faults.push(
        `The record of ${release} has ${service} ${from ?? '(none)'}, and its tree has ${to ?? '(none)'}.`,
      );
    if (!sameDigests(readDigests(parseYaml(values, file)), record.digests ?? new Map()))
      faults.push(`The record of ${release} has other digests than ${file} in its tree.`);
    const version = readTextAt(chart, paths.chartFile, ['version']);
    if (version !== undefined && version !== record.chartVersion)
      faults.push(
        `The record of ${release} has the chart ${record.chartVersion}, and its tree has ${version}.`,
      );
    if (readTextAt(chart, paths.chartFile, ['appVersion']) !== printComposite(combination))
      faults.push(`appVersion in the tree of ${release} is not its composite version.`);
  } catch (error) {
    faults.push(`The tree of ${release} cannot be read: ${messageOf(error)}`);
  }
  return faults;
}
