import { sameCombination } from '../../model/combination.ts';
import { BitiqError } from '../../model/errors.ts';
import type { ObjectCount } from '../../model/plan.ts';
import { proposalBranch, rollbackBranch } from '../../model/proposal-branch.ts';
import { printPinnedRelease, type Digests } from '../../model/release.ts';
import { fetchOwnBranches } from '../../git/branches.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { parseYaml } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { compareManifests } from '../diff/compare-manifests.ts';
import { deployedImages } from '../read/deployed-images.ts';
import { findAmbiguousRefs, requireUnambiguous } from '../read/find-ambiguous-refs.ts';
import { nextReleaseNumber } from '../read/named-releases.ts';
import { renderEnvironment } from '../render.ts';
import { requireThawed, settleHolds, type SettledHolds } from './obey-stops.ts';
import type { Proposal } from './read-proposal.ts';
import type { ReleaseGround, ReleaseRequest } from './release-ground.ts';
import type { ReleaseTree, RenderedTree } from './release-tree.ts';
import { requireNotTakenBack } from './require-not-taken-back.ts';
import { requirePolicies, type PassedPolicies } from './require-policies.ts';
import { resolveDigests } from './resolve-digests.ts';

/** A release that nothing keeps out, with what was found on the way. */
export interface PassedRelease extends RenderedTree {
  readonly release: string;
  readonly from: string;
  readonly digests: Digests;
  /** The proposal that is this very release. */
  readonly proposed: Proposal | undefined;
  readonly settled: SettledHolds;
  readonly judged: PassedPolicies;
  readonly objects: ObjectCount | undefined;
  /** What a person should know of rollbacks that it undoes, and of images. */
  readonly takenBack: readonly string[];
  readonly imageNotes: readonly string[];
}

/** Takes a release past everything that may keep it out: refs, freezes, holds, rollbacks, images and policies. Throws what does. */
export async function passGates(
  repository: Repository,
  request: ReleaseRequest,
  ground: ReleaseGround,
  content: ReleaseTree,
): Promise<PassedRelease> {
  const { base, wanted, terms } = request;
  const { head, config, environment } = base;
  const { name } = environment;
  const { combination, changes, brought, before, sound } = content;
  const { now } = terms.actor;
  const force = terms.force === true;
  const branches = await ground.branches;
  requireUnambiguous(await findAmbiguousRefs(repository, { environments: [environment], branches }));
  // They tell what a squash took back, and which number is proposed.
  if (branches.some((branch) => [proposalBranch(name), rollbackBranch(name)].includes(branch)))
    await fetchOwnBranches(repository);
  requireThawed(ground.freezes, name, now);
  const settled = settleHolds(ground.holds, changes, { environment: name, force, now });
  const undoes = (manifests: string | undefined) =>
    requireNotTakenBack(repository, {
      ...{ head, environment, changes, manifests, now, force },
      ...{ action: wanted.action, selection: wanted.selection },
    });
  // Before images are looked up, which takes long and says nothing about it.
  const takenBack = changes.length > 0 ? await undoes(undefined) : [];
  const { digests, notes: imageNotes } = await resolveDigests(repository, {
    repositories: deployedImages(config, readServices(brought.values)),
    ...{ combination, images: terms.images, environment: name },
    ...{ parent: ground.current.record, from: wanted.from },
  });
  const rendered = await content.render(digests);
  const { rendering, edit } = rendered;
  if (changes.length === 0) takenBack.push(...(await undoes(rendering.digest)));
  const proposed = sameProposal(request, ground.parent, content, rendering.digest)
    ? wanted.proposal
    : undefined;
  const release =
    proposed?.release ??
    printPinnedRelease(name, await nextReleaseNumber(repository, { head, environment: name }));
  const from = proposed?.record.from ?? wanted.from;
  const [judged, objects] = await Promise.all([
    requirePolicies(repository, {
      ...{ base: { tree: sound, head, config, environment }, rendering, combination, now },
      values: parseYaml(edit.content, ground.values.file),
      previous: ground.parent === undefined ? undefined : { name: ground.parent, combination: before },
      release: { name: release, action: wanted.action, from },
      allowUnevaluated: terms.allowUnevaluated,
    }),
    countChangedObjects(repository, request, ground, {
      manifests: rendering.manifests,
      services: combination,
    }),
  ]);
  const found = { release, from, digests, proposed, settled, judged, objects, takenBack, imageNotes };
  return { ...rendered, ...found };
}

function sameProposal(
  { wanted, terms }: ReleaseRequest,
  parent: string | undefined,
  { combination }: ReleaseTree,
  digest: string,
): boolean {
  const record = wanted.proposal?.record;
  return (
    record !== undefined &&
    record.parent === parent &&
    record.manifestDigest === digest &&
    record.irreversible === terms.irreversible &&
    // What is checked now is not to stay skipped.
    !(record.skipped ?? []).some(({ check }) =>
      check === 'images' ? terms.images !== undefined : !terms.allowUnevaluated,
    ) &&
    sameCombination(record.services, combination)
  );
}

/** How many objects a release changes against what runs; undefined where nothing runs, or where that does not render any more. */
async function countChangedObjects(
  repository: Repository,
  { base, terms }: ReleaseRequest,
  { commit }: ReleaseGround,
  now: { readonly manifests: string; readonly services: { readonly has: (service: string) => boolean } },
): Promise<ObjectCount | undefined> {
  if (commit === undefined) return undefined;
  try {
    const at = { environment: base.environment.name, helm: terms.helm, kept: true };
    const { manifests } = await renderEnvironment(commitTree(repository, commit), at);
    const { objects, same } = compareManifests(manifests, now.manifests, now.services);
    const count = (kind: string) => objects.filter((each) => each.kind === kind).length;
    return { added: count('added'), removed: count('removed'), changed: count('changed'), same };
  } catch (error) {
    if (error instanceof BitiqError) return undefined;
    throw error;
  }
}
