import { messageOf } from '../model/errors.ts';
import { headOfMain, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readConfig } from '../actions/read-state.ts';
import { updateEnvironment } from '../actions/update.ts';
import type { Applied } from '../actions/apply-plan.ts';
import { storedTags } from './stored-tags.ts';

export interface UpdaterOptions {
  readonly repository: Repository;
  readonly imageStore: string;
  readonly helm: string;
  readonly clock: () => Date;
  /** Whether builds are under way that may bring more images to the same commit. */
  readonly isBuilding: () => boolean;
  readonly onUpdated: (environment: string, applied: Applied) => void;
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

/** Milliseconds of quiet before an update, and the longest that one waits for builds that still run. */
const quietFor = 60;
const waitAtMost = 2000;

/** Starts the updater of the environments that bitiq writes back to; it looks at what is there, so nothing is lost when it is killed. */
export function startUpdater(options: UpdaterOptions): Updater {
  let timer: NodeJS.Timeout | undefined;
  let firstNotice: number | undefined;
  let work: Promise<void> = Promise.resolve();
  let closed = false;
  let failed = false;

  return {
    notice,
    retry: () => {
      if (failed) notice();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await work;
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
    work = work.then(update);
  }

  async function update(): Promise<void> {
    failed = false;
    try {
      const config = await readConfig(commitTree(options.repository, await headOfMain(options.repository)));
      for (const environment of config.environments) {
        if (!environment.follows || (environment.writeBack ?? 'bitiq') !== 'bitiq') continue;
        const applied = await updateEnvironment(options.repository, {
          environment: environment.name,
          tagsOf: (image) => storedTags(options.imageStore, image),
          actor: { name: 'bitiq updater', email: 'updater@bitiq.localhost', now: options.clock() },
          helm: options.helm,
        });
        if (applied !== undefined) options.onUpdated(environment.name, applied);
      }
    } catch (error) {
      failed = true;
      options.onProblem(`New images could not be written to Git: ${messageOf(error)}`);
    }
  }
}
