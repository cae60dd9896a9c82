import type { Config } from '../model/config.ts';
import type { Repository } from '../git/repository.ts';
import { readEnvironmentState, type EnvironmentState } from './environment-state.ts';
import { readLedger, type LedgerEntry } from './ledger.ts';

/** What an environment is to run and when it came to that. */
export interface EnvironmentStatus extends EnvironmentState {
  /** The newest move of the ledger; undefined when it never moved. */
  readonly moved: LedgerEntry | undefined;
}

/** The status of all environments at a head of main, in the order of bitiq.yaml. */
export function readStatus(
  repository: Repository,
  head: string,
  config: Config,
): Promise<EnvironmentStatus[]> {
  return Promise.all(
    config.environments.map(async (environment) => {
      const [state, ledger] = await Promise.all([
        readEnvironmentState(repository, head, environment),
        readLedger(repository, { head, environment, limit: 1 }),
      ]);
      return { ...state, moved: ledger[0] };
    }),
  );
}
