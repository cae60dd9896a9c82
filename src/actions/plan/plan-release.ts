import { stringify } from 'yaml';
import { servicesOf } from '../../model/combination.ts';
import type { Plan, PlannedCommit } from '../../model/plan.ts';
import {
  deltaOf,
  printPointer,
  releaseRecordData,
  type ReleaseRecord,
  type SkippedCheck,
} from '../../model/release.ts';
import { asClause } from '../../model/stops.ts';
import { isShallow } from '../../git/shallow.ts';
import type { Repository } from '../../git/repository.ts';
import { pointerPath } from '../read/read-state.ts';
import { requireUnmoved } from '../read/recorded-tags.ts';
import { chartChanges } from './chart-changes.ts';
import { describeChange, editTags } from './edit-tags.ts';
import { describeLeftOut } from './leave-out-unbuilt.ts';
import { editFile, printActor, trailersOf, type PreparedPlan } from './prepared-plan.ts';
import { passGates, type PassedRelease } from './release-gates.ts';
import {
  readGround,
  type ReleaseBase,
  type ReleaseGround,
  type ReleaseRequest,
  type ReleaseTerms,
  type WantedRelease,
} from './release-ground.ts';
import { assembleTree, type ReleaseTree } from './release-tree.ts';
import { keptDigests } from './resolve-digests.ts';
import { editHolds } from './stops.ts';

/**
 * Plans a new release of a pinned environment: a release commit off main (values and appVersion), its annotated tag,
 * and the pointer commit on main, which lifts holds that newer tags meet. Plans nothing when the environment already runs
 * exactly these manifests; a proposal that is this very release keeps its tag. Throws `service-held` or `environment-frozen` where somebody said that nothing moves, and
 * `policy-denied` where a policy refuses the release.
 */
export async function planRelease(
  repository: Repository,
  base: ReleaseBase,
  wanted: WantedRelease,
  terms: ReleaseTerms,
): Promise<PreparedPlan> {
  const request = { base, wanted, terms };
  const ground = await readGround(repository, base);
  const content = await assembleTree(request, ground);
  const lacking = await lacksOf(repository, request, ground);
  if (content.changes.length === 0 && lacking.length === 0) {
    const same = await planNothing(request, ground, content);
    if (same) return same;
  }
  const passed = await passGates(repository, request, ground, content);
  return planCommits(repository, request, { ground, content, lacking, passed });
}

/** What the current release lacks and a new one of the same versions would have, as sentences without an end. */
async function lacksOf(
  repository: Repository,
  { terms }: ReleaseRequest,
  { state: { record }, bound }: ReleaseGround,
): Promise<string[]> {
  const isBound = bound?.recorded !== undefined || (await isShallow(repository));
  if (record === undefined) return [];
  const bare = servicesOf(record.services).filter((service) => !record.digests?.has(service));
  return [
    ...(terms.images === undefined || bare.length === 0
      ? []
      : [`${record.release} has no digest of ${bare.join(', ')}`]),
    ...(isBound ? [] : [`main has no record of the tag ${record.release}`]),
  ];
}

/** The plan without commits of an environment that has exactly this already; undefined where it renders to something else. */
async function planNothing(
  request: ReleaseRequest,
  { state: { record, release } }: ReleaseGround,
  content: ReleaseTree,
): Promise<PreparedPlan | undefined> {
  if (record === undefined) return undefined;
  const { digest } = (await content.render(keptDigests(record, content.combination))).rendering;
  if (record.manifestDigest !== digest) return undefined;
  const { name } = request.base.environment;
  const notes = [
    `${name} has exactly this already, as ${release}.`,
    ...content.unbuilt.map((service) => describeLeftOut(service, { isUnbuilt: true, of: name })),
  ];
  const start = startOf(request, release, content);
  return { plan: { ...start, to: release, commits: [], manifestDigest: digest, notes }, files: [] };
}

function startOf({ base, wanted }: ReleaseRequest, left: string, { changes }: ReleaseTree) {
  return {
    action: wanted.action,
    environment: base.environment.name,
    from: left || '(no pointer)',
    base: base.head,
    changes,
  };
}

interface Found {
  readonly ground: ReleaseGround;
  readonly content: ReleaseTree;
  readonly lacking: readonly string[];
  readonly passed: PassedRelease;
}

/** The commits and the tag of a release that passed all gates. */
async function planCommits(
  repository: Repository,
  request: ReleaseRequest,
  found: Found,
): Promise<PreparedPlan> {
  const { base, wanted, terms } = request;
  const { config, environment } = base;
  const { name } = environment;
  const { ground, content, passed } = found;
  const { release, proposed, settled, rendering } = passed;
  const { source: application, restored } = ground.application;
  const start = startOf(request, ground.state.release, content);
  const record = recordOf(request, found);
  const valuesEdit =
    content.out.length === 0
      ? passed.edit
      : editTags(content.brought.values, content.combination, passed.digests);
  const pointerEdit = editFile(application, [{ path: pointerPath, value: printPointer(release) }]);
  const holdEdit = editHolds(ground.holds, { unhold: settled.lifted });
  const summary = content.changes.map((change) => describeChange(config, change)).join('\n');
  const body = summary || 'The versions are the same; the chart or the configuration changed.';
  const told = { ...start, environment, to: release, unheld: settled.lifted, actor: terms.actor };
  const tag =
    proposed && (await requireUnmoved(repository, { head: proposed.tip, environment: name, release })).tag;
  const releaseCommit: PlannedCommit = {
    on: 'release',
    subject: `${release}: the tree that ${name} runs`,
    body,
    trailers: trailersOf(told),
    edits: [...content.brought.edits, ...passed.edit.edits, ...content.chartEdit.edits],
  };
  const pointerCommit: PlannedCommit = {
    on: 'main',
    subject: `${name}: ${wanted.action === 'promote' ? `promote ${passed.from}` : 'set tags'} as ${release}`,
    body: [body, ...passed.takenBack, ...settled.notes].join('\n'),
    trailers: trailersOf({ ...told, content: { tag, manifests: rendering.digest } }),
    edits: [
      ...(restored ? [restored.edit] : []),
      ...pointerEdit.edits,
      ...content.brought.edits,
      ...valuesEdit.edits,
      ...(holdEdit?.edits ?? []),
    ],
  };
  const { parent, commit } = ground;
  const chart = { ...base, ...content, ...passed, environment: name, replaced: passed.files };
  const plan: Plan = {
    ...start,
    to: release,
    chartChanges:
      parent === undefined || commit === undefined
        ? undefined
        : await chartChanges(repository, { ...chart, parent }),
    objects: passed.objects,
    commits: proposed ? [pointerCommit] : [releaseCommit, pointerCommit],
    tag: proposed
      ? undefined
      : { name: release, message: stringify(releaseRecordData(record), { lineWidth: 0 }) },
    manifestDigest: rendering.digest,
    skipped: record.skipped,
    notes: notesOn(found, record),
  };
  const pointerFiles = new Map([
    [application.file, pointerEdit.content],
    [ground.values.file, valuesEdit.content],
    ...(holdEdit === undefined ? [] : [[ground.holds.source.file, holdEdit.content] as const]),
  ]);
  return { plan, files: proposed ? [pointerFiles] : [passed.files, pointerFiles], rendering };
}

function recordOf({ terms }: ReleaseRequest, { ground, content, passed }: Found): ReleaseRecord {
  const { actor, images } = terms;
  const { digests, judged } = passed;
  const { parent } = ground;
  const by = printActor(actor);
  const skipped: SkippedCheck[] = [
    ...(images ? [] : [{ check: 'images', by, why: '--no-image-check' }]),
    ...judged.unevaluated.map((why) => ({ check: 'policies', by, why: `--allow-unevaluated: ${why}` })),
  ];
  return {
    release: passed.release,
    services: content.combination,
    digests: digests.size === 0 ? undefined : digests,
    chartVersion: String(ground.chart.document.get('version') ?? ''),
    from: passed.from,
    parent,
    delta: parent === undefined ? undefined : deltaOf(content.changes),
    by,
    reason: actor.reason,
    irreversible: terms.irreversible,
    checks: ['schema', 'render', ...(images ? ['images'] : []), ...judged.checks],
    skipped: skipped.length === 0 ? undefined : skipped,
    manifestDigest: passed.rendering.digest,
  };
}

function notesOn(found: Found, { irreversible }: ReleaseRecord): string[] {
  const { ground, content, passed } = found;
  const { release } = passed;
  return [
    ...(ground.state.fault ? [ground.state.fault.message] : []),
    ...(ground.application.restored ? [ground.application.restored.note] : []),
    ...passed.takenBack,
    ...content.brought.notes,
    ...content.out.map((service) =>
      describeLeftOut(service, { isUnbuilt: content.unbuilt.includes(service), of: release }),
    ),
    ...describeBasis(found),
    ...passed.settled.notes,
    ...(irreversible === undefined ? [] : [`${release} cannot be undone: ${asClause(irreversible)}.`]),
    ...passed.imageNotes,
    ...passed.judged.notes,
  ];
}

/** What the versions of a new release were compared with, and what it is for where none of them changes. */
function describeBasis({ ground: { state, current }, content, lacking }: Found): string[] {
  const same = content.changes.length === 0;
  if (state.fault === undefined || current.release === undefined) {
    if (!same) return [];
    if (lacking.length > 0)
      return [`No version changes. ${lacking.map((each) => `${each}; this release has one.`).join(' ')}`];
    return ['No version changes: this release carries a change of the chart or the configuration.'];
  }
  const last = current.isLast ? `, the last release of ${state.environment} in the history of main` : '';
  if (same) return [`The versions are those of ${current.release}${last}.`];
  // Where the pointer names a release that ran, the changes are plain, also without its tag.
  return current.isLast ? [`The versions are compared with ${current.release}${last}.`] : [];
}
