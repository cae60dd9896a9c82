import type { Combination } from '../../model/combination.ts';
import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { printPointer } from '../../model/release.ts';
import type { Selection } from '../../model/select-services.ts';
import type { Freeze, Hold } from '../../model/stops.ts';
import { branchNames } from '../../git/branches.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { readEnvironmentState, type EnvironmentState } from '../read/environment-state.ts';
import { findCurrent, type CurrentRelease } from '../read/lineage.ts';
import { readLastSound, type SoundFile } from '../read/read-last-sound.ts';
import { isUnreleased, pointerPath, readChartFile, readValues } from '../read/read-state.ts';
import { readHoldsAndFreezes, type StopsFile } from '../read/read-stops.ts';
import { requireUnmoved, type BoundTag } from '../read/recorded-tags.ts';
import type { BringSource } from './bring-services.ts';
import { editFile, type Actor } from './prepared-plan.ts';
import type { Proposal } from './read-proposal.ts';
import type { ImageCheck } from './require-images.ts';

/** The environment that a release is for, at a head of main. */
export interface ReleaseBase {
  readonly head: string;
  readonly config: Config;
  readonly environment: EnvironmentConfig;
}

/** What a release is to contain. */
export interface WantedRelease {
  readonly action: 'promote' | 'set';
  readonly combination: Combination;
  /** Where the combination comes from: a release name, or `set`. */
  readonly from: string;
  /** Where the entries of services are that the values of the environment lack; undefined: none comes in. */
  readonly source?: BringSource | undefined;
  /** The part of the source that a promotion was told to take. */
  readonly selection?: Selection | undefined;
  /** A release that is tagged and never ran: taken instead of a new one when it is the same. */
  readonly proposal?: Proposal | undefined;
}

/** Who makes a release, and under which terms. */
export interface ReleaseTerms {
  readonly actor: Actor;
  /** Why going back from this release will not undo it. */
  readonly irreversible?: string | undefined;
  readonly helm: string;
  /** Move held services too; a newer tag lifts the hold. */
  readonly force?: boolean | undefined;
  /** How images are looked up; undefined: they are not, and the record says so. */
  readonly images?: ImageCheck | undefined;
  /** Make the release though policies could not be evaluated; those that can be still decide. */
  readonly allowUnevaluated?: boolean | undefined;
}

/** Everything that planning a release starts from. */
export interface ReleaseRequest {
  readonly base: ReleaseBase;
  readonly wanted: WantedRelease;
  readonly terms: ReleaseTerms;
}

/** What an environment has before a release. */
export interface ReleaseGround {
  readonly tree: Tree;
  readonly state: EnvironmentState;
  readonly current: CurrentRelease;
  /** What main recorded of the tag of the current release. */
  readonly bound: BoundTag | undefined;
  /** The release that the new one comes after; undefined for the first one. */
  readonly parent: string | undefined;
  /** The full sha of the tree that it runs. */
  readonly commit: string | undefined;
  readonly values: YamlSource;
  readonly chart: YamlSource;
  readonly application: SoundFile;
  readonly holds: StopsFile<Hold>;
  readonly freezes: StopsFile<Freeze>;
  /** The names of the remote's branches. */
  readonly branches: Promise<readonly string[]>;
}

/** Reads what an environment has before a release. Throws `release-tag-moved` where its current release is not the one that main recorded. */
export async function readGround(
  repository: Repository,
  { head, environment }: ReleaseBase,
): Promise<ReleaseGround> {
  const { name } = environment;
  const tree = commitTree(repository, head);
  const branches = branchNames(repository);
  // The gates wait for it.
  branches.catch(() => {});
  const [state, values, chart, application, stops] = await Promise.all([
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
  const { release, record } = current;
  // What its record says of parent and images is taken over, so it must be the one that main recorded.
  const bound = record && (await requireUnmoved(repository, { head, environment: name, release: release! }));
  return {
    ...{ tree, state, current, bound, values, chart, application, branches },
    ...stops,
    parent: release === undefined || isUnreleased(name, release) ? undefined : release,
    commit: state.commit ?? (record && (await resolveCommit(repository, `refs/tags/${release}`))),
  };
}
