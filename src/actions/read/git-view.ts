import { servicesOf } from '../../model/combination.ts';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import type { EnvironmentView, EventView, LoopView } from '../../model/loop-view.ts';
import { nameOfPerson } from '../../model/name-of-person.ts';
import type { Repository } from '../../git/repository.ts';
import { readLedger, type LedgerEntry } from './ledger.ts';
import { describeProposal } from '../plan/read-proposal.ts';
import { readStatus, type EnvironmentStatus } from '../status.ts';

const movesAtMost = 100;

/** What Git says of all environments at a head of main, with what was seen healthy and their newest moves, for the board. */
export async function readGitView(
  repository: Repository,
  options: { readonly head: string; readonly config: Config; readonly now: Date },
): Promise<LoopView> {
  const { head, config, now } = options;
  const [status, moves] = await Promise.all([
    readStatus(repository, head, config, { now, branches: [] }),
    Promise.all(config.environments.map((each) => readMoves(repository, head, each))),
  ]);
  const events = moves.flat().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return {
    source: 'git',
    environments: status.map(viewOf),
    runs: [],
    events: events.slice(0, movesAtMost),
  };
}

function viewOf(status: EnvironmentStatus): EnvironmentView {
  const { environment, release, combination, proposed, health } = status;
  return {
    environment,
    release,
    revision: status.commit ?? '',
    state: 'unseen',
    message: status.faults[0]?.message ?? (proposed && `${describeProposal(status, proposed)}.`),
    freezes: status.freezes,
    services: servicesOf(combination).map((service) => {
      const tag = combination.get(service)!;
      const known = health.services.get(service);
      const stop = status.holds.find((hold) => hold.service === service);
      if (known?.seen === 'not-built') {
        return { service, wanted: tag, health: 'waiting', message: 'It has not been built yet.', hold: stop };
      }
      return {
        service,
        wanted: tag,
        running: tag,
        health: known?.record === undefined ? 'unseen' : 'healthy',
        since: known?.record?.since,
        hold: stop,
      };
    }),
  };
}

async function readMoves(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<EventView[]> {
  const ledger = await readLedger(repository, { head, environment, limit: movesAtMost });
  return ledger.map((entry) => ({
    at: entry.date,
    kind: environment.kind === 'pinned' ? 'release' : 'update',
    text: describeMove(entry),
  }));
}

function describeMove({ release, action, by: person, reason, subject }: LedgerEntry): string {
  const by = nameOfPerson(person);
  return action === 'edit'
    ? `${release}, ${JSON.stringify(subject)} by ${by}`
    : `${release}, ${action} by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}
