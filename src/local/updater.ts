import { headOfMain, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { openQueue } from '../process/queue.ts';
import { readConfig } from '../actions/read/read-state.ts';
import { storedImages } from '../actions/read/image-source.ts';
import { updateEnvironment } from '../actions/update.ts';
import type { Applied } from '../actions/plan/apply-plan.ts';
import { describeProblem } from './describe-problem.ts';

export interface UpdaterOptions {
  readonly repository: Repository;
  readonly imageStore: string;
  /** The remote of a service; for rules that name a branch. */
  readonly sourceOf: (service: string) => string;
  readonly helm: string;
  readonly clock: () => Date;
  /** Whether builds are under way that may bring more images to the same commit. */
  readonly isBuilding: () => boolean;
  /** The longest that an update waits for builds that still run, in milliseconds. Default: 2000. */
  readonly waitAtMost?: number | undefined;
  readonly onUpdated: (environment: string, applied: Applied) => void;
  /** A service has a newer tag and stays where it is; told once for each reason. */
  readonly onSkipped: (environment: string, message: string) => void;
  readonly onProblem: (message: string) => void;
}

/** Writes the tags of new images to Git: one commit for all images of a burst. */
export interface Updater {
  /** Says that there may be new images. Cheap; many calls make one update. */
  notice(): void;
  /** Says that main of the GitOps repository moved: what could not be written before may be possible now. */
  retry(): void;
  /** Done when no update is wanted or under way. */
  close(): Promise<void>;
}

/** Milliseconds of quiet before an update. */
const quietFor = 60;
/** Milliseconds until an update that was stopped by a hold or a freeze looks whether that has ended. */
const lookAgainAfter = 30_000;

/** Starts the updater of the following environments, also for the Image Updater, which does not reach the remote of a loop; it looks at what is there, so nothing is lost when it is killed. */
export function startUpdater(options: UpdaterOptions): Updater {
  const { waitAtMost = 2000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let firstNotice: number | undefined;
  const work = openQueue();
  let closed = false;
  /** The last update failed, or left services where they are. */
  let unfinished = false;
  let told: ReadonlySet<string> = new Set();
  let lookAgain: NodeJS.Timeout | undefined;

  return {
    notice,
    retry: () => {
      if (unfinished) notice();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      clearTimeout(lookAgain);
      await work.idle();
    },
  };

  function notice(): void {
    if (closed) return;
    firstNotice ??= performance.now();
    clearTimeout(timer);
    timer = setTimeout(tick, quietFor);
  }

  function tick(): void {
    const waited = performance.now() - (firstNotice ?? 0);
    if (options.isBuilding() && waited < waitAtMost) {
      timer = setTimeout(tick, quietFor);
      return;
    }
    firstNotice = undefined;
    void work.add(update);
  }

  async function update(): Promise<void> {
    clearTimeout(lookAgain);
    const messages = new Set<string>();
    try {
      unfinished = false;
      const config = await readConfig(commitTree(options.repository, await headOfMain(options.repository)));
      for (const environment of config.environments) {
        if (environment.kind !== 'following') continue;
        const { applied, skipped } = await updateEnvironment(options.repository, {
          environment: environment.name,
          standIn: true,
          images: storedImages(options.imageStore),
          sources: new Map(config.services.map(({ name }) => [name, options.sourceOf(name)])),
          actor: {
            name: 'bitiq updater',
            email: 'updater@bitiq.localhost',
            now: options.clock(),
            isMachine: true,
          },
          helm: options.helm,
        });
        if (applied.prepared.plan.commits.length > 0) options.onUpdated(environment.name, applied);
        for (const { message } of skipped) {
          if (!told.has(message)) options.onSkipped(environment.name, message);
          messages.add(message);
        }
      }
      unfinished = messages.size > 0;
      told = messages;
    } catch (error) {
      unfinished = true;
      options.onProblem(`New images could not be written to Git: ${describeProblem(error)}`);
    }
    // Holds and freezes end by the clock, and nothing else would say so.
    if (messages.size > 0 && !closed) {
      lookAgain = setTimeout(notice, lookAgainAfter);
      lookAgain.unref();
    }
  }
}
