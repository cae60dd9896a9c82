import type { Config } from '../model/config.ts';
import { comingFreezes, freezesInForce, type ComingFreeze, type FreezeInForce } from '../model/freeze.ts';
import { holdsInForce, type Hold } from '../model/hold.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readEnvironmentState, type EnvironmentState } from './environment-state.ts';
import { readLedger, type LedgerEntry } from './ledger.ts';
import { findAmbiguousRefs, type AmbiguousRef } from './find-ambiguous-refs.ts';
import { readFreezes, readHolds } from './read-holds.ts';
import { readProposal, type Proposal } from './read-proposal.ts';

/** What an environment is to run and when it came to that. */
export interface EnvironmentStatus extends EnvironmentState {
  /** The newest move of the ledger; undefined when it never moved. */
  readonly moved: LedgerEntry | undefined;
  /** The holds and the freezes that have effect now. */
  readonly holds: readonly Hold[];
  readonly freezes: readonly FreezeInForce[];
  /** The freezes that will have effect, such as weekly ones outside their window. */
  readonly comingFreezes: readonly ComingFreeze[];
  /** A release that a branch proposes, as the branch was fetched last. */
  readonly proposed: Proposal | undefined;
  /** The branches and tags that are named like it or like one of its releases. */
  readonly ambiguous: readonly AmbiguousRef[];
}

/** The status of all environments at a head of main, in the order of bitiq.yaml. */
export function readStatus(
  repository: Repository,
  head: string,
  config: Config,
  { now, branches }: { readonly now: Date; readonly branches: readonly string[] },
): Promise<EnvironmentStatus[]> {
  const tree = commitTree(repository, head);
  const ambiguous = findAmbiguousRefs(repository, { ...config, branches });
  return Promise.all(
    config.environments.map(async (environment) => {
      const [state, ledger, { holds }, { freezes }, proposed] = await Promise.all([
        readEnvironmentState(repository, head, environment),
        readLedger(repository, { head, environment, limit: 1 }),
        readHolds(tree, environment.name),
        readFreezes(tree, environment.name),
        environment.pinned ? readProposal(repository, head, environment) : undefined,
      ]);
      return {
        ...state,
        ambiguous: (await ambiguous).filter((ref) =>
          ref.environment === undefined ? environment.follows : ref.environment === environment.name,
        ),
        moved: ledger[0],
        holds: [...holdsInForce(holds, now).values()],
        freezes: freezesInForce(freezes, now),
        comingFreezes: comingFreezes(freezes, now),
        proposed,
      };
    }),
  );
}
