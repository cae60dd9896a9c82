import { isAllowedIn } from '../model/allowed-environments.ts';
import type { Config, EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import {
  type ComingFreeze,
  type FreezeInForce,
  type Hold,
  comingFreezes,
  freezesInForce,
  holdsInForce,
} from '../model/stops.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { seeHealth, type CombinationHealth } from './read/see-health.ts';
import { readEnvironmentState, type EnvironmentState } from './read/environment-state.ts';
import { readLedger, type LedgerEntry } from './read/ledger.ts';
import { findAmbiguousRefs, type AmbiguousRef } from './read/find-ambiguous-refs.ts';
import { findDoubtfulTag } from './read/recorded-tags.ts';
import { freezeKind, holdKind, readStops } from './read/read-stops.ts';
import { readProposedActions, type ProposedAction } from './plan/read-proposed-actions.ts';
import { readProposal, type Proposal } from './plan/read-proposal.ts';

/** What an environment is to run and when it came to that. */
export interface EnvironmentStatus extends EnvironmentState {
  /** The services of bitiq.yaml that it does not have yet; none before its first release. */
  readonly absent: readonly string[];
  /** The newest move of the ledger; undefined when it never moved. */
  readonly moved: LedgerEntry | undefined;
  /** The holds and the freezes that have effect now. */
  readonly holds: readonly Hold[];
  readonly freezes: readonly FreezeInForce[];
  /** The freezes that will have effect, such as weekly ones outside their window. */
  readonly comingFreezes: readonly ComingFreeze[];
  /** A release that a branch proposes, as the branch was fetched last. */
  readonly proposed: Proposal | undefined;
  /** The other actions that branches propose, as they were fetched last. */
  readonly proposedActions: readonly ProposedAction[];
  /** The branches and tags that are named like it or like one of its releases. */
  readonly ambiguous: readonly AmbiguousRef[];
  /** What Git knows of the health of these versions. */
  readonly health: CombinationHealth;
  /** What could not be read of this environment, and that the tag of its release was moved; the rest of the status is what could. */
  readonly faults: readonly BitiqError[];
}

/**
 * The status of all environments at a head of main, in the order of bitiq.yaml. What is wrong with the files of one
 * environment is a fault of that one, and hides nothing of the others.
 */
export function readStatus(
  repository: Repository,
  head: string,
  config: Config,
  { now, branches }: { readonly now: Date; readonly branches: readonly string[] },
): Promise<EnvironmentStatus[]> {
  const ambiguous = findAmbiguousRefs(repository, { ...config, branches });
  return Promise.all(
    config.environments.map((environment) =>
      readOne(repository, { head, config, environment, now, ambiguous }),
    ),
  );
}

async function readOne(
  repository: Repository,
  at: {
    readonly head: string;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly now: Date;
    readonly ambiguous: Promise<readonly AmbiguousRef[]>;
  },
): Promise<EnvironmentStatus> {
  const { head, environment, now } = at;
  const tree = commitTree(repository, head);
  const { name, kind } = environment;
  const faults: BitiqError[] = [];
  const attempt = async <T>(read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof BitiqError) || error.exit === 3) throw error;
      faults.push(error);
      return undefined;
    }
  };
  const read = readEnvironmentState(repository, head, environment);
  const [state, moved, ledger, holdsFile, freezesFile, proposed, proposedActions] = await Promise.all([
    read,
    read.then(({ release, record }) =>
      record === undefined ? [] : findDoubtfulTag(repository, { head, environment: name, release }),
    ),
    readLedger(repository, { head, environment, limit: 1 }),
    attempt(readStops(tree, name, holdKind)),
    attempt(readStops(tree, name, freezeKind)),
    kind === 'pinned' ? readProposal(repository, head, environment).catch(onlyOutside) : undefined,
    readProposedActions(repository, { head, environment: name }),
  ]);
  const freezes = freezesFile?.stops ?? [];
  return {
    ...state,
    absent:
      state.commit === undefined
        ? []
        : at.config.services
            .filter((service) => isAllowedIn(service, name))
            .flatMap(({ name: service }) => (state.combination.has(service) ? [] : [service])),
    moved: ledger[0],
    holds: [...holdsInForce(holdsFile?.stops ?? [], now).values()],
    freezes: freezesInForce(freezes, now),
    comingFreezes: comingFreezes(freezes, now),
    proposed,
    proposedActions,
    ambiguous: (await at.ambiguous).filter((ref) =>
      ref.environment === undefined ? environment.kind === 'following' : ref.environment === name,
    ),
    health: await seeHealth(repository, name, state.combination),
    faults: [...(state.fault ? [state.fault] : []), ...moved.map((each) => new BitiqError(each)), ...faults],
  };
}

/** A proposal on a state that cannot be read cannot be read either. */
function onlyOutside(error: unknown): undefined {
  if (!(error instanceof BitiqError) || error.exit === 3) throw error;
}
