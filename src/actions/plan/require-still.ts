import { paths } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { readLedger, type LedgerEntry } from '../read/ledger.ts';
import { readSoundConfig } from '../read/read-sound-config.ts';
import { requireEnvironment } from '../read/read-state.ts';

/** The environment that an action steps from, as "one back" does, and how to name what is wanted without such a step. */
export interface RelativeAction {
  readonly environment: string;
  /** A command. */
  readonly instead: string;
}

/**
 * Throws `environment-moved` where an environment has moved between two heads of main: anyone who gave the command saw the first one. A
 * step that is planned again on a state that no one looked at would go further than was meant.
 */
export async function requireStill(
  repository: Repository,
  {
    step,
    start,
    head,
    meanwhile = 'while this command was running',
  }: {
    readonly step: RelativeAction;
    readonly start: string;
    readonly head: string;
    readonly meanwhile?: string | undefined;
  },
): Promise<void> {
  if (start === head) return;
  const [before, now] = await Promise.all(
    [start, head].map((at) => lastMove(repository, at, step.environment)),
  );
  if (before?.commit === now?.commit) return;
  const since = now === undefined ? `${paths.application(step.environment)} says so` : describe(now);
  throw new BitiqError({
    code: 'environment-moved',
    message: `${step.environment} moved from ${before?.release ?? 'nothing'} to ${now?.release ?? 'nothing'} ${meanwhile}: ${since}.`,
    fix: `Look at it with \`bitiq log ${step.environment}\`. If there is still something to do, name it: \`${step.instead}\`.`,
  });
}

async function lastMove(
  repository: Repository,
  head: string,
  name: string,
): Promise<LedgerEntry | undefined> {
  const environment = requireEnvironment(await readSoundConfig(repository, head), name);
  const [newest] = await readLedger(repository, { head, environment, limit: 1 });
  return newest;
}

function describe({ action, by, date, reason }: LedgerEntry): string {
  return `${action} by ${by} at ${date}${reason === undefined ? '' : ` (${reason})`}`;
}
