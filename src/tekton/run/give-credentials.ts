import { join, relative } from 'node:path';
import {
  copyToHome,
  credentialEntries,
  credentialFiles,
  removeCredentials,
  writeCredentials,
} from './credentials.ts';
import type { StepLaunch } from './executor.ts';
import type { ExecuteOptions } from './options.ts';
import type { PipelineRunPlan } from '../plan/types.ts';
import { isThere } from './paths.ts';
import type { TaskFolders } from './task-folders.ts';

type Launch = Omit<StepLaunch, 'stop' | 'onOutput' | 'onStarted'>;

/** The credentials of a ServiceAccount for the steps of one attempt. */
export class StepCredentials {
  readonly #files: ReadonlyMap<string, string>;
  readonly #folders: TaskFolders;
  readonly #isContainer: boolean;
  readonly #homes = new Set<string>();

  constructor(
    plan: PipelineRunPlan,
    { task, folders, options }: { task: string; folders: TaskFolders; options: ExecuteOptions },
  ) {
    const credentials = plan.taskCredentials?.get(task) ?? plan.credentials;
    this.#files = credentialFiles(credentials, options.secrets ?? {}, folders.seen.credentials);
    this.#folders = folders;
    this.#isContainer = options.executor.kind === 'container';
  }

  /** Writes them for a step that is to start, and puts them into its home where that is known. */
  async give(launch: Launch): Promise<Launch> {
    if (this.#files.size === 0) return launch;
    const folder = this.#folders.credentials;
    const user = Number.parseInt(launch.restrictions.user ?? '', 10);
    await writeCredentials(this.#files, folder, this.#isContainer && user >= 0 ? user : undefined);
    if (this.#isContainer)
      return { ...launch, mounts: [...(launch.mounts ?? []), ...(await this.#mounts(launch))] };
    const home = launch.env['HOME'] ?? '';
    const place = this.#placeOf(home, launch);
    // A home of this machine itself gets nothing: `$(credentials.path)` is there for the step.
    if (place === undefined) return launch;
    this.#homes.add(place);
    await copyToHome(folder, place);
    return this.#files.has('.ssh/config')
      ? { ...launch, env: { ...sshEnvironment(home), ...launch.env } }
      : launch;
  }

  /** Removes all of them. */
  async remove(): Promise<void> {
    if (this.#files.size > 0) await removeCredentials(this.#folders.credentials, this.#homes);
  }

  /** In the home that the step names, else in that of root. */
  async #mounts({ env, restrictions }: Launch): Promise<NonNullable<Launch['mounts']>> {
    const isRoot = /^(0|root)?(:|$)/.test(restrictions.user ?? '');
    const home = env['HOME'] ?? (isRoot ? '/root' : undefined);
    if (home === undefined) return [];
    const mounts = credentialEntries.map((entry) => ({
      from: join(this.#folders.credentials, entry),
      to: join(home, entry),
      readOnly: false,
    }));
    const there = await Promise.all(mounts.map(({ from }) => isThere(from)));
    return mounts.filter((_, index) => there[index]);
  }

  /** The folder of this machine that a step sees at a path, when it is one of the run. */
  #placeOf(path: string, { mounts = [] }: Launch): string | undefined {
    if (path.startsWith(`${this.#folders.root}/`)) return path;
    const around = mounts.filter(({ to }) => `${path}/`.startsWith(`${to}/`)).at(-1);
    return around && !around.readOnly ? join(around.from, relative(around.to, path)) : undefined;
  }
}

/** ssh looks for its files in the home of the user, whatever HOME says. */
function sshEnvironment(home: string): Record<string, string> {
  const quoted = `'${home.replaceAll("'", `'\\''`)}/.ssh`;
  return { GIT_SSH_COMMAND: `ssh -F ${quoted}/config' -o UserKnownHostsFile=${quoted}/known_hosts'` };
}
