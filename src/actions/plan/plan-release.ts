import { stringify } from 'yaml';
import { printComposite, sameCombination, servicesOf, type Combination } from '../../model/combination.ts';
import { diffCombinations } from '../../model/combination-diff.ts';
import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { asClause } from '../../model/stops.ts';
import type { Plan, PlannedCommit } from '../../model/plan.ts';
import {
  deltaOf,
  printPinnedRelease,
  printPointer,
  releaseRecordData,
  type Digests,
  type ReleaseRecord,
  type SkippedCheck,
} from '../../model/release.ts';
import { proposalBranch, rollbackBranch } from '../../model/proposal-branch.ts';
import type { Selection } from '../../model/select-services.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { branchNames, fetchOwnBranches } from '../../git/branches.ts';
import { isShallow } from '../../git/shallow.ts';
import { commitTree, overlayTree } from '../../git/tree.ts';
import { removeServiceEntry } from '../../yaml/service-entry.ts';
import { readCombination, readServices } from '../../yaml/values-file.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { bringServices, type BringSource } from './bring-services.ts';
import { chartChanges } from './chart-changes.ts';
import { countChangedObjects } from './count-changed-objects.ts';
import { readEnvironmentState } from '../read/environment-state.ts';
import { deployedImages } from '../read/deployed-images.ts';
import { findAmbiguousRefs, requireUnambiguous } from '../read/find-ambiguous-refs.ts';
import { requireThawed, settleHolds } from './obey-stops.ts';
import { editHolds } from './stops.ts';
import { editFile, printActor, trailersOf, type Actor, type PreparedPlan } from './prepared-plan.ts';
import { readHoldsAndFreezes } from '../read/read-stops.ts';
import type { Proposal } from './read-proposal.ts';
import { nextReleaseNumber } from '../read/named-releases.ts';
import { readLastSound } from '../read/read-last-sound.ts';
import { describeLeftOut, leaveOutUnbuilt, nothingBuilt } from './leave-out-unbuilt.ts';
import { findCurrent } from '../read/lineage.ts';
import { requireNotTakenBack } from './require-not-taken-back.ts';
import { requireUnmoved } from '../read/recorded-tags.ts';
import { appVersionPath, isUnreleased, pointerPath, readChartFile, readValues } from '../read/read-state.ts';
import { describeBasis, lacksOf } from './release-basis.ts';
import { renderEnvironment } from '../render.ts';
import type { ImageCheck } from './require-images.ts';
import { requirePolicies } from './require-policies.ts';
import { keptDigests, resolveDigests } from './resolve-digests.ts';
import { describeChange, editTags } from './edit-tags.ts';

export interface ReleaseOptions {
  readonly action: 'promote' | 'set';
  readonly head: string;
  readonly config: Config;
  readonly environment: EnvironmentConfig;
  readonly combination: Combination;
  /** Where the combination comes from: a release name, or `set`. */
  readonly from: string;
  /** Where the entries of services are that the values of the environment lack; undefined: none comes in. */
  readonly source?: BringSource | undefined;
  readonly actor: Actor;
  /** Why going back from this release will not undo it. */
  readonly irreversible?: string | undefined;
  readonly helm: string;
  /** The part of the source that a promotion was told to take. */
  readonly selection?: Selection | undefined;
  /** Move held services too; a newer tag lifts the hold. */
  readonly force?: boolean | undefined;
  /** How images are looked up; undefined: they are not, and the record says so. */
  readonly images?: ImageCheck | undefined;
  /** Make the release though policies could not be evaluated; those that can be still decide. */
  readonly allowUnevaluated?: boolean | undefined;
  /** A release that is tagged and never ran: taken instead of a new one when it is the same. */
  readonly proposal?: Proposal | undefined;
}

/**
 * Plans a new release of a pinned environment: a release commit off main (values and appVersion), its annotated tag,
 * and the pointer commit on main, which lifts holds that newer tags meet. Plans nothing when the environment already runs
 * exactly these manifests; a proposal that is this very release keeps its tag. Throws `service-held` or `environment-frozen` where somebody said that nothing moves, and
 * `policy-denied` where a policy refuses the release.
 */
export async function planRelease(repository: Repository, options: ReleaseOptions): Promise<PreparedPlan> {
  const { head, config, environment } = options;
  const name = environment.name;
  const tree = commitTree(repository, head);
  const branches = branchNames(repository);
  // It is waited for further down.
  branches.catch(() => {});
  const [state, values, chart, { source: application, restored }, { holds, freezes }] = await Promise.all([
    readEnvironmentState(repository, head, environment),
    readValues(tree, name),
    readChartFile(tree),
    readLastSound(repository, {
      head,
      path: paths.application(name),
      accept: (source) => editFile(source, [{ path: pointerPath, value: printPointer(`${name}/1`) }]),
    }),
    readHoldsAndFreezes(tree, name),
  ]);
  const current = await findCurrent(repository, { head, environment, state });
  // What its record says of parent and images is taken over, so it must be the one that main recorded.
  const bound =
    current.record === undefined
      ? undefined
      : await requireUnmoved(repository, { head, environment: name, release: current.release! });
  const { combination, waiting, unbuilt } = leaveOutUnbuilt({ ...options, current: current.combination });
  if (combination.size === 0) throw nothingBuilt(name, unbuilt);
  const listed = readServices(values).map(({ name: service }) => service);
  const coming = servicesOf(combination).filter((service) => !listed.includes(service));
  const { now } = options.actor;
  const brought = await bringServices(values, coming, { ...options, tree, now, source: options.source });
  const out = [...new Set([...listed.filter((service) => !combination.has(service)), ...waiting])];
  const released = withoutServices(brought.values, out);

  const chartEdit = editFile(chart, [{ path: appVersionPath, value: printComposite(combination) }]);
  const sound = restored ? overlayTree(tree, new Map([[application.file, application.text]])) : tree;
  const prepareTree = async (digests: Digests) => {
    const edit = editTags(released, combination, digests);
    const files = new Map([
      [values.file, edit.content],
      [chart.file, chartEdit.content],
      ...(restored ? [[application.file, application.text] as const] : []),
    ]);
    const replaced = { environment: name, helm: options.helm, replaced: files };
    return { edit, files, rendering: await renderEnvironment(sound, replaced) };
  };

  const before = current.combination ?? readCombination(released);
  const commit =
    state.commit ?? (current.record && (await resolveCommit(repository, `refs/tags/${current.release}`)));
  const changes = diffCombinations(before, combination);
  const left = state.release || '(no pointer)';
  const base = { action: options.action, environment: name, from: left, base: head, changes };
  const isBound = bound?.recorded !== undefined || (await isShallow(repository));
  const lacking = lacksOf(state.record, { isBound, looksUpImages: options.images !== undefined });
  if (changes.length === 0 && state.record !== undefined && lacking.length === 0) {
    const { rendering } = await prepareTree(keptDigests(state.record, combination));
    if (state.record.manifestDigest === rendering.digest) {
      const notes = [
        `${name} has exactly this already, as ${state.release}.`,
        ...unbuilt.map((service) => describeLeftOut(service, { isUnbuilt: true, of: name })),
      ];
      return {
        plan: { ...base, to: state.release, commits: [], manifestDigest: rendering.digest, notes },
        files: [],
      };
    }
  }
  const names = await branches;
  requireUnambiguous(await findAmbiguousRefs(repository, { environments: [environment], branches: names }));
  // They tell what a squash took back, and which number is proposed.
  if (names.some((branch) => [proposalBranch(name), rollbackBranch(name)].includes(branch)))
    await fetchOwnBranches(repository);
  requireThawed(freezes, name, now);
  const settled = settleHolds(holds, changes, { environment: name, force: options.force === true, now });
  const undoes = (manifests: string | undefined) =>
    requireNotTakenBack(repository, {
      action: options.action,
      ...{ head, environment, changes, manifests, now, force: options.force === true },
      selection: options.selection,
    });
  // Before images are looked up, which takes long and says nothing about it.
  const takenBack = changes.length > 0 ? await undoes(undefined) : [];
  const { digests, notes: imageNotes } = await resolveDigests(repository, {
    ...{
      repositories: deployedImages(config, readServices(brought.values)),
      combination,
      images: options.images,
    },
    ...{ environment: name, parent: current.record, from: options.from },
  });
  const { edit: releaseEdit, files: releaseFiles, rendering } = await prepareTree(digests);
  const valuesEdit = out.length === 0 ? releaseEdit : editTags(brought.values, combination, digests);

  const parent =
    current.release === undefined || isUnreleased(name, current.release) ? undefined : current.release;
  if (changes.length === 0) takenBack.push(...(await undoes(rendering.digest)));
  const proposed = sameProposal({ ...options, combination }, parent, rendering.digest)
    ? options.proposal
    : undefined;
  const release =
    proposed?.release ??
    printPinnedRelease(name, await nextReleaseNumber(repository, { head, environment: name }));
  const from = proposed?.record.from ?? options.from;
  const [judged, objects] = await Promise.all([
    requirePolicies(repository, {
      ...{ tree: sound, head, config, environment, rendering, combination, now },
      values: parseYaml(releaseEdit.content, values.file),
      previous: parent === undefined ? undefined : { name: parent, combination: before },
      release: { name: release, action: options.action, from },
      allowUnevaluated: options.allowUnevaluated,
    }),
    commit === undefined
      ? undefined
      : countChangedObjects(repository, {
          environment: name,
          commit,
          manifests: rendering.manifests,
          services: combination,
          helm: options.helm,
        }),
  ]);
  const by = printActor(options.actor);
  const skipped: SkippedCheck[] = [
    ...(options.images ? [] : [{ check: 'images', by, why: '--no-image-check' }]),
    ...judged.unevaluated.map((why) => ({ check: 'policies', by, why: `--allow-unevaluated: ${why}` })),
  ];
  const record: ReleaseRecord = {
    release,
    services: combination,
    digests: digests.size === 0 ? undefined : digests,
    chartVersion: String(chart.document.get('version') ?? ''),
    from,
    parent,
    delta: parent === undefined ? undefined : deltaOf(changes),
    by,
    reason: options.actor.reason,
    irreversible: options.irreversible,
    checks: ['schema', 'render', ...(options.images ? ['images'] : []), ...judged.checks],
    skipped: skipped.length === 0 ? undefined : skipped,
    manifestDigest: rendering.digest,
  };
  const pointerEdit = editFile(application, [{ path: pointerPath, value: printPointer(release) }]);
  const summary = changes.map((change) => describeChange(config, change)).join('\n');
  const body =
    summary === '' ? 'The versions are the same; the chart or the configuration changed.' : summary;
  const told = { ...options, from: left, to: release, unheld: settled.lifted };
  const content = {
    tag:
      proposed && (await requireUnmoved(repository, { head: proposed.tip, environment: name, release })).tag,
    manifests: rendering.digest,
  };
  const holdEdit = editHolds(holds, { unhold: settled.lifted });
  const releaseCommit: PlannedCommit = {
    on: 'release',
    subject: `${release}: the tree that ${name} runs`,
    body,
    trailers: trailersOf(told),
    edits: [...brought.edits, ...releaseEdit.edits, ...chartEdit.edits],
  };
  const pointerCommit: PlannedCommit = {
    on: 'main',
    subject: `${name}: ${options.action === 'promote' ? `promote ${from}` : 'set tags'} as ${release}`,
    body: [body, ...takenBack, ...settled.notes].join('\n'),
    trailers: trailersOf({ ...told, content }),
    edits: [
      ...(restored ? [restored.edit] : []),
      ...pointerEdit.edits,
      ...brought.edits,
      ...valuesEdit.edits,
      ...(holdEdit?.edits ?? []),
    ],
  };
  const plan: Plan = {
    ...base,
    to: release,
    chartChanges:
      parent === undefined || commit === undefined
        ? undefined
        : await chartChanges(repository, {
            ...options,
            digests,
            environment: name,
            parent,
            replaced: releaseFiles,
          }),
    objects,
    commits: proposed ? [pointerCommit] : [releaseCommit, pointerCommit],
    tag: proposed
      ? undefined
      : { name: release, message: stringify(releaseRecordData(record), { lineWidth: 0 }) },
    manifestDigest: rendering.digest,
    skipped: record.skipped,
    notes: [
      ...(state.fault ? [state.fault.message] : []),
      ...(restored ? [restored.note] : []),
      ...takenBack,
      ...brought.notes,
      ...out.map((service) =>
        describeLeftOut(service, { isUnbuilt: unbuilt.includes(service), of: release }),
      ),
      ...describeBasis(state, current, { changes, lacking }),
      ...settled.notes,
      ...(record.irreversible === undefined
        ? []
        : [`${release} cannot be undone: ${asClause(record.irreversible)}.`]),
      ...imageNotes,
      ...judged.notes,
    ],
  };
  const pointerFiles = new Map([
    [application.file, pointerEdit.content],
    [values.file, valuesEdit.content],
    ...(holdEdit === undefined ? [] : [[holds.source.file, holdEdit.content] as const]),
  ]);
  return { plan, files: proposed ? [pointerFiles] : [releaseFiles, pointerFiles], rendering };
}

function sameProposal(options: ReleaseOptions, parent: string | undefined, digest: string): boolean {
  const record = options.proposal?.record;
  return (
    record !== undefined &&
    record.parent === parent &&
    record.manifestDigest === digest &&
    record.irreversible === options.irreversible &&
    // What is checked now is not to stay skipped.
    !(record.skipped ?? []).some(({ check }) =>
      check === 'images' ? options.images !== undefined : !options.allowUnevaluated,
    ) &&
    sameCombination(record.services, options.combination)
  );
}

/** A values file without the entries of these services; every other byte stays. */
function withoutServices(values: YamlSource, services: readonly string[]): YamlSource {
  return services.reduce((source, service) => {
    const entry = readServices(source).find(({ name }) => name === service);
    return entry ? parseYaml(removeServiceEntry(source, entry.index), source.file) : source;
  }, values);
}
