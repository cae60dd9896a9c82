import { sameCombination } from '../../model/combination.ts';
import { diffCombinations } from '../../model/combination-diff.ts';
import type { Finding } from '../../model/finding.ts';
import { deltaOf, parseReleaseName, type ReleaseRecord } from '../../model/release.ts';
import { partOf } from '../../model/verification.ts';
import { findRecordFaults } from '../read/release-faults.ts';
import { releaseFinding } from '../read/release-finding.ts';
import { headerOf, type ReleaseFacts } from './release-facts.ts';

/**
 * Whether the record of a release agrees with everything that Git has beside it: its own name and tagger, the versions and digests of
 * its tree, the release that ran before, and the manifests that main recorded.
 */
export function verifyRecord(
  facts: ReleaseFacts,
  recordOf: (release: string) => ReleaseRecord | undefined,
): ReturnType<typeof partOf> {
  const { release, record, tag } = facts;
  if (tag?.type !== 'tag')
    return { result: { part: 'record', result: 'none', note: 'no annotated tag' }, findings: [] };
  if (record === undefined) {
    const message = `The message of ${release} is not a release record.`;
    return partOf('record', [releaseFinding(release, 'release-record-invalid', message)], '');
  }
  const faults = [
    ...faultsOfName(facts, record),
    ...findRecordFaults(record, facts),
    ...faultsOfLineage(facts, record, recordOf),
  ];
  const findings = faults.map((message): Finding => releaseFinding(release, 'release-mismatch', message));
  const skipped = record.skipped?.map(({ check }) => check) ?? [];
  const note = `by ${record.by}${skipped.length > 0 ? `; it skipped ${skipped.join(', ')}` : ''}`;
  return partOf('record', findings, note);
}

function faultsOfName({ release, tag, moves }: ReleaseFacts, record: ReleaseRecord): string[] {
  const tagger = headerOf(tag!, 'tagger')?.replace(/ \d+ [+-]\d{4}$/, '');
  const manifests = moves.find(
    (move) => move.manifests !== undefined && move.manifests !== record.manifestDigest,
  );
  return [
    ...(tagger === undefined || tagger === record.by
      ? []
      : [`The record of ${release} names ${record.by}, and ${tagger} made the tag.`]),
    ...(manifests === undefined
      ? []
      : [
          `The record of ${release} has the manifests ${record.manifestDigest}, and ${manifests.commit.sha.slice(0, 7)} on main recorded ${manifests.manifests!}.`,
        ]),
  ];
}

function faultsOfLineage(
  { release, environment, moves }: ReleaseFacts,
  record: ReleaseRecord,
  recordOf: (release: string) => ReleaseRecord | undefined,
): string[] {
  const faults: string[] = [];
  const first = moves.at(-1);
  const before = first?.before === `${environment}/0` ? undefined : first?.before;
  // A pointer that somebody broke by hand names nothing that ran; the parent is then the last release that did.
  const isKnown =
    first?.before === `${environment}/0` || (before !== undefined && recordOf(before) !== undefined);
  if (first?.tag !== undefined && isKnown && record.parent !== before) {
    faults.push(
      `The record of ${release} has the parent ${record.parent ?? '(none)'}, and ${environment} ran ${before ?? 'nothing'} before it.`,
    );
  }
  const parsed = record.parent === undefined ? undefined : parseReleaseName(record.parent);
  const own = parseReleaseName(release);
  if (parsed !== undefined && own?.kind === 'pinned') {
    const isEarlier =
      parsed.kind === 'pinned' && parsed.environment === environment && parsed.number < own.number;
    if (!isEarlier)
      faults.push(
        `The record of ${release} has the parent ${record.parent!}, which is not an earlier release of ${environment}.`,
      );
  }
  const parent = record.parent === undefined ? undefined : recordOf(record.parent);
  if (parent !== undefined) {
    const delta = deltaOf(diffCombinations(parent.services, record.services));
    if (!sameDelta(delta, record.delta ?? {}))
      faults.push(`The changes in the record of ${release} are not those against ${parent.release}.`);
  } else if (record.parent === undefined && record.delta !== undefined) {
    faults.push(`The record of ${release} lists changes against a parent that it does not name.`);
  }
  return faults;
}

function sameDelta(a: NonNullable<ReleaseRecord['delta']>, b: NonNullable<ReleaseRecord['delta']>): boolean {
  const side = (delta: typeof a, key: 'from' | 'to') =>
    new Map(
      Object.entries(delta).flatMap(([service, move]) =>
        move[key] === undefined ? [] : [[service, move[key]] as const],
      ),
    );
  return (
    Object.keys(a).length === Object.keys(b).length &&
    sameCombination(side(a, 'from'), side(b, 'from')) &&
    sameCombination(side(a, 'to'), side(b, 'to'))
  );
}
