import type { Combination } from '../model/combination.ts';
import type { Config, EnvironmentConfig } from '../model/config.ts';
import type { ReleaseRecord } from '../model/release.ts';
import type { Repository } from '../git/repository.ts';
import { resolveCommit } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readLedger } from './ledger.ts';
import { requireRecord } from './read-records.ts';
import { isUnreleased, readTreeCombination, readTreePointer } from './read-state.ts';

/** What an environment is to run, as Git says it. */
export interface EnvironmentState {
  readonly environment: string;
  readonly kind: 'following' | 'pinned';
  /** `prod/3`, `dev@<sha7>`, or `prod/0` before the first release. */
  readonly release: string;
  /** The full sha of the commit whose tree is rendered; undefined before the first release. */
  readonly commit: string | undefined;
  readonly combination: Combination;
  /** The record of a pinned environment's release. */
  readonly record: ReleaseRecord | undefined;
}

/** The state of an environment at a head of main; throws on a dangling pointer. */
export async function readEnvironmentState(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<EnvironmentState> {
  const name = environment.name;
  const tree = commitTree(repository, head);
  if (!environment.pinned) {
    const [newest] = await readLedger(repository, { head, environment, limit: 1 });
    const combination = await readTreeCombination(tree, name);
    const release = newest?.release ?? `${name}@${head.slice(0, 7)}`;
    return { environment: name, kind: 'following', release, commit: head, combination, record: undefined };
  }
  const release = await readTreePointer(tree, name);
  if (isUnreleased(name, release)) {
    return {
      environment: name,
      kind: 'pinned',
      release,
      commit: undefined,
      combination: new Map(),
      record: undefined,
    };
  }
  const record = await requireRecord(repository, name, release);
  const commit = await resolveCommit(repository, `refs/tags/${release}`);
  return { environment: name, kind: 'pinned', release, commit, combination: record.services, record };
}

/** The states of all environments, in the order of bitiq.yaml. */
export function readAllStates(
  repository: Repository,
  head: string,
  config: Config,
): Promise<EnvironmentState[]> {
  return Promise.all(
    config.environments.map((environment) => readEnvironmentState(repository, head, environment)),
  );
}
