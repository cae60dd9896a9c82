import type { TagChange } from './combination-diff.ts';
import type { SkippedCheck } from './release.ts';

/** One value that is replaced in a file, or an entry of a list that comes (`before` empty) or goes (`after` empty): only these bytes change. */
export interface ValueEdit {
  readonly path: string;
  /** Such as `services[2].image.tag`. */
  readonly keyPath: string;
  /** Counts from 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** A commit that is to be made on the head of main, or (a release commit) off it. */
export interface PlannedCommit {
  /** `main` moves main, `branch` proposes that; a release commit is reachable by its tag alone. */
  readonly on: 'main' | 'branch' | 'release';
  readonly subject: string;
  readonly body: string;
  /** In the order of writing: `Bitiq-Action`, `Bitiq-Environment`, … */
  readonly trailers: readonly (readonly [key: string, value: string])[];
  readonly edits: readonly ValueEdit[];
}

/** A file that differs. */
export interface ChangedFile {
  readonly path: string;
  readonly kind: 'added' | 'removed' | 'modified';
}

/** A branch whose pull request proposes a commit for main. */
export interface PlannedProposal {
  /** Such as `bitiq/prod`, or `bitiq/prod.rollback`. */
  readonly branch: string;
  /** The full sha that the branch is at now; undefined when it does not exist. */
  readonly tip: string | undefined;
  /** The title of the pull request. */
  readonly title: string;
  /** The repository is not on GitHub: only the branch is pushed, and a person opens what is wanted of it. */
  readonly isBranchOnly?: true | undefined;
  /** The release that was proposed there until now and never ran; of an action that makes none, the subject of what was proposed. */
  readonly replaces: string | undefined;
}

/** How many rendered objects a new release changes against its parent, the labels and annotations of the release left out. */
export interface ObjectCount {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly same: number;
}

/** What an action will do, before anything is written. `commits` is empty when there is nothing to do. */
export interface Plan {
  readonly action:
    'set' | 'update' | 'promote' | 'rollback' | 'appversion' | 'hold' | 'unhold' | 'freeze' | 'thaw';
  readonly environment: string;
  /** The release that the environment runs now, and the one it will run; `undefined` in `to` until a commit names it. */
  readonly from: string;
  readonly to?: string | undefined;
  /** The full sha of the head of main on which all this was planned. */
  readonly base: string;
  readonly changes: readonly TagChange[];
  /** Files of the chart and the configuration that differ from the parent release by more than versions. */
  readonly chartChanges?: readonly ChangedFile[] | undefined;
  /** Where both releases were rendered; undefined without a parent. */
  readonly objects?: ObjectCount | undefined;
  readonly commits: readonly PlannedCommit[];
  /** Where main is not moved but a pull request proposes it. */
  readonly proposal?: PlannedProposal | undefined;
  /** The annotated tag of a new release and its message. */
  readonly tag?: { readonly name: string; readonly message: string } | undefined;
  /** `sha256:<hex>` of the manifests that the environment will run, where they were rendered. */
  readonly manifestDigest?: string | undefined;
  /** The checks that the new release is made without. */
  readonly skipped?: readonly SkippedCheck[] | undefined;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
}
