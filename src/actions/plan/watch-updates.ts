import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../model/errors.ts';
import type { Repository } from '../../git/repository.ts';
import { updateEnvironment, type UpdateOptions, type UpdateResult } from '../update.ts';
import type { Actor } from './prepared-plan.ts';

export interface WatchOptions extends Omit<UpdateOptions, 'actor' | 'dryRun'> {
  /** Who acts, at that moment. */
  readonly actor: () => Actor;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds without another new image before all that came are written in one commit. */
  readonly debounce: number;
  readonly signal: AbortSignal;
  readonly onUpdated: (result: UpdateResult) => void;
  /** A service stays where it is; told once for each reason. */
  readonly onSkipped: (message: string) => void;
  /** A look failed; the next one comes all the same. */
  readonly onProblem: (message: string) => void;
}

/** How many debounce windows an update waits at most while ever more images come. */
const windowsAtMost = 10;

/** Looks for new images again and again, until aborted, and writes those of one burst in one commit. */
export async function watchUpdates(repository: Repository, options: WatchOptions): Promise<void> {
  let told: ReadonlySet<string> = new Set();
  for (;;) {
    let isWriting = false;
    try {
      const found = await settle(repository, options);
      if (options.signal.aborted) return;
      if (found.applied.prepared.plan.commits.length > 0) {
        isWriting = true;
        options.onUpdated(await updateEnvironment(repository, { ...options, actor: options.actor() }));
      }
      const messages = new Set(found.skipped.map((each) => each.message));
      for (const message of messages) if (!told.has(message)) options.onSkipped(message);
      told = messages;
    } catch (error) {
      // An end while it only looks is nothing to tell.
      if (options.signal.aborted && !isWriting) return;
      options.onProblem(messageOf(error));
    }
    if (await wait(options.interval, options.signal)) return;
  }
}

/** What would be written once it has stayed the same for a debounce window. */
async function settle(repository: Repository, options: WatchOptions): Promise<UpdateResult> {
  const look = () => updateEnvironment(repository, { ...options, actor: options.actor(), dryRun: true });
  let found = await look();
  for (let window = 0; window < windowsAtMost; window++) {
    const wanted = printWanted(found);
    if (wanted === '' || (await wait(options.debounce, options.signal))) return found;
    found = await look();
    if (printWanted(found) === wanted) return found;
  }
  return found;
}

function printWanted({ applied: { prepared } }: UpdateResult): string {
  const { plan } = prepared;
  return plan.commits.length === 0
    ? ''
    : plan.changes.map((each) => `${each.service} ${each.to}`).join() || 'holds';
}

/** Waits; gives whether it was aborted. */
async function wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  await pause(milliseconds, undefined, { signal }).catch(() => {});
  return signal.aborted;
}
