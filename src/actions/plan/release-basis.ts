import { servicesOf } from '../../model/combination.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { EnvironmentState } from '../read/environment-state.ts';
import type { CurrentRelease } from '../read/lineage.ts';

/** What a release lacks and a new one of the same versions would have, as sentences without an end. */
export function lacksOf(
  record: ReleaseRecord | undefined,
  now: { readonly isBound: boolean; readonly looksUpImages: boolean },
): string[] {
  if (record === undefined) return [];
  const bare = servicesOf(record.services).filter((service) => !record.digests?.has(service));
  return [
    ...(!now.looksUpImages || bare.length === 0
      ? []
      : [`${record.release} has no digest of ${bare.join(', ')}`]),
    ...(now.isBound ? [] : [`main has no record of the tag ${record.release}`]),
  ];
}

/** What the versions of a new release were compared with, and what it is for where none of them changes. */
export function describeBasis(
  { fault, environment }: EnvironmentState,
  current: CurrentRelease,
  { changes, lacking }: { readonly changes: readonly unknown[]; readonly lacking: readonly string[] },
): string[] {
  const same = changes.length === 0;
  if (fault === undefined || current.release === undefined) {
    if (!same) return [];
    if (lacking.length > 0)
      return [`No version changes. ${lacking.map((each) => `${each}; this release has one.`).join(' ')}`];
    return ['No version changes: this release carries a change of the chart or the configuration.'];
  }
  if (same) return [`The versions are those of ${nameOf(current, environment)}.`];
  // Where the pointer names a release that ran, the changes are plain, also without its tag.
  return current.isLast ? [`The versions are compared with ${nameOf(current, environment)}.`] : [];
}

function nameOf({ release, isLast }: CurrentRelease, environment: string): string {
  return `${release}${isLast ? `, the last release of ${environment} in the history of main` : ''}`;
}
