export { check, type CheckOptions } from './actions/check.ts';
export type { Applied } from './actions/plan/apply-plan.ts';
export { diffReleases, type ReleaseDiff } from './actions/diff.ts';
export {
  readAllStates,
  readEnvironmentState,
  requireEnvironmentState,
  type EnvironmentState,
} from './actions/read/environment-state.ts';
export { freeze } from './actions/freeze.ts';
export { hold } from './actions/hold.ts';
export { readLedger, type LedgerEntry } from './actions/read/ledger.ts';
export type { Actor } from './actions/plan/prepared-plan.ts';
export { promote, type PromoteOptions } from './actions/promote.ts';
export type { PullRequestDoor } from './actions/plan/propose.ts';
export { readConfig, readTreeCombination, requireEnvironment } from './actions/read/read-state.ts';
export { recordHealth, type RecordedHealth } from './actions/plan/record-health.ts';
export { renderEnvironment, type Rendering } from './actions/render.ts';
export { imageCheck, type ImageCheck } from './actions/plan/require-images.ts';
export { resolveRelease, type ResolvedRelease } from './actions/read/resolve-release.ts';
export { rollback, type RollbackOptions } from './actions/rollback.ts';
export { thaw } from './actions/thaw.ts';
export { unhold } from './actions/unhold.ts';
export { setTags, type SetOptions } from './actions/set.ts';
export { readStatus, type EnvironmentStatus } from './actions/status.ts';
export { fetchRemote, headOfMain, openRepository, type Repository } from './git/repository.ts';
export { commitTree, folderTree, type Tree } from './git/tree.ts';
export { connectGitHub, type GitHub } from './github/client.ts';
export { findHelm } from './helm/find-helm.ts';
export {
  combinationOf,
  parseComposite,
  printComposite,
  releaseId,
  sameCombination,
  servicesOf,
  type Combination,
} from './model/combination.ts';
export { diffCombinations, type TagChange } from './model/combination-diff.ts';
export type { Config, EnvironmentConfig, ServiceConfig } from './model/config.ts';
export { errorCatalogue, type ErrorCode } from './model/error-catalogue/catalogue.ts';
export { BitiqError, type Place } from './model/errors.ts';
export type { Finding } from './model/finding.ts';
export type { Freeze, Hold } from './model/stops.ts';
export type { Plan, PlannedCommit, ValueEdit } from './model/plan.ts';
export { parseReleaseName, type ReleaseName, type ReleaseRecord } from './model/release.ts';
export { compareTags, isTag, parseTag, printTag, type Tag } from './model/tag.ts';
