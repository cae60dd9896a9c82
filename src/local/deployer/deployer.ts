import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { combinationOf } from '../../model/combination.ts';
import { messageOf } from '../../model/errors.ts';
import type { EnvironmentView } from '../../model/loop-view.ts';
import { openAddresses } from './addresses.ts';
import { claimEnvironment } from './claim-environment.ts';
import type { DeployerOptions } from './deployer-options.ts';
import { viewEnvironment, type ServiceNote } from './environment-view.ts';
import { openImageFolders } from './image-folders.ts';
import { endLeftovers } from './instance-records.ts';
import { openJobQueue } from './job-queue.ts';
import { readLastRun, writeLastRun, type Target } from './last-run.ts';
import type { LaunchSite } from './launch.ts';
import { planLaunch } from './plan-launch.ts';
import { reachState, type Reached } from './reach-state.ts';
import { readRendering } from './read-rendering.ts';
import type { RenderedWorkloads, UnsupportedWorkload, Workload } from './rendering.ts';
import { openServiceRunners } from './service-runners.ts';

/** One state of Git, rendered. */
export interface SyncRequest extends Target {
  /** The text of `helm template`. */
  readonly manifests: string;
}

/** Runs one environment as processes of this machine. */
export interface Deployer {
  /**
   * Brings the environment to a state and gives what came of it; never rejects. One at a time: of those that wait only the newest is
   * done, and a running one that waits for a version which the newest no longer wants is given up.
   */
  sync(request: SyncRequest): Promise<EnvironmentView>;
  /** Goes on with services that wait for an image or for secrets, when there are any; it looks by itself once a second. */
  resume(): Promise<EnvironmentView>;
  view(): EnvironmentView;
  /** Ends every process that was started; nothing is left when it resolves. */
  stop(): Promise<void>;
}

interface Job {
  readonly target: Target;
  readonly read: () => RenderedWorkloads;
  /** Brings back what ran last. It is finished before anything newer, and changes nothing that is remembered. */
  readonly restores: boolean;
  /** The services whose new instances are not ready yet, while the job is being done. */
  readonly unready: Map<string, Workload>;
}

const lookAgainMs = 1000;

/**
 * Starts the deployer of an environment: ends what a killed loop left running, then brings back exactly what ran last. Fails with
 * `loop-running` when another running process has the directory.
 */
export async function startDeployer(options: DeployerOptions): Promise<Deployer> {
  const { environment, images } = options;
  // Processes that run in folders of their own are given these paths.
  const directory = resolve(options.directory);
  const secretsDirectory = resolve(options.secretsDirectory);
  await mkdir(directory, { recursive: true });
  const giveBack = await claimEnvironment(directory, environment);
  await endLeftovers(join(directory, 'instances'), 1000);
  await rm(join(directory, 'tmp'), { recursive: true, force: true });
  const lastRun = await readLastRun(directory);

  let target: Target = lastRun?.reached ?? { release: `${environment}/0`, revision: '', manifestDigest: '' };
  let reached = lastRun?.reached;
  /** What is brought back by the next start. */
  let kept: readonly Workload[] = lastRun?.workloads ?? [];
  /** The workloads of `reached`, once all of them ran. */
  let whole = lastRun?.isWhole === true ? kept : undefined;
  let state: EnvironmentView['state'] = 'waiting';
  let message: string | undefined = 'Nothing has been delivered yet.';
  let wanted: ReadonlyMap<string, Workload> = new Map();
  let unsupported: readonly UnsupportedWorkload[] = [];
  let last: Job | undefined;
  let stopped = false;
  const notes = new Map<string, ServiceNote>();

  const site: LaunchSite = {
    directory,
    folders: await openImageFolders(resolve(options.unpacked ?? join(directory, 'images'))),
    path: options.path ?? process.env.PATH ?? '',
    readyCapMs: options.readyCapMs ?? 20_000,
    shutdownGraceMs: options.shutdownGraceMs ?? 10_000,
  };
  const runners = openServiceRunners({
    site,
    addresses: await openAddresses(directory),
    clock: options.clock,
    onChange: changed,
  });
  const queue = openJobQueue({ perform, result: view, isObsolete });
  const lookAgain = setInterval(() => void goOnWhenThere(), lookAgainMs);
  lookAgain.unref();

  if (lastRun !== undefined && lastRun.workloads.length > 0) {
    void queue.add({ target, read: () => lastRun, restores: true, unready: new Map() }).then((restored) => {
      const isToldLater = whole === undefined && restored.state === 'waiting';
      if (!stopped && !isToldLater) options.onRestored?.(restored);
    });
  }

  return {
    sync: (request) =>
      queue.add({
        target: targetOf(request),
        read: () => readRendering(request.manifests),
        restores: false,
        unready: new Map(),
      }),
    resume: async () =>
      last !== undefined && waiting().length > 0 ? queue.add({ ...last, unready: new Map() }) : view(),
    view,
    async stop() {
      stopped = true;
      clearInterval(lookAgain);
      await queue.close();
      await runners.close();
      await giveBack();
      options.onChange(view());
    },
  };

  async function perform(job: Job, signal: AbortSignal): Promise<void> {
    last = job;
    target = job.target;
    state = 'syncing';
    message = undefined;
    notes.clear();
    changed();
    try {
      const rendering = job.read();
      wanted = new Map(rendering.workloads.map((workload) => [workload.service, workload]));
      unsupported = rendering.unsupported ?? [];
      const outcome = await reachState({
        workloads: rendering.workloads,
        plan: (workload) => planLaunch(workload, { images, secretsDirectory, peers: rendering.peers }),
        launch: runners.launch,
        runnerOf: runners.of,
        signal,
        unready: job.unready,
        onStarting: (service, text) => {
          notes.set(service, { kind: 'starting', message: text });
          changed();
        },
        onReady: (service) => notes.delete(service),
      });
      if (!signal.aborted) await settle(job, rendering, outcome);
    } catch (error) {
      state = 'failed';
      message = `${job.target.release} cannot run here: ${messageOf(error)} ${staysOn()}`;
    }
    changed();
  }

  async function settle(job: Job, rendering: RenderedWorkloads, { waiting, failed }: Reached): Promise<void> {
    notes.clear();
    for (const [service, text] of waiting) notes.set(service, { kind: 'waiting', message: text });
    for (const [service, text] of failed) notes.set(service, { kind: 'failed', message: text });
    if (failed.size > 0) {
      state = 'failed';
      message = `${job.target.release} was not reached. ${[...failed.values()].join('\n')}\n${staysOn()}`;
    } else {
      const isPart = job.restores && whole === undefined;
      const ready = rendering.workloads.filter(({ service }) => !waiting.has(service));
      if (!isPart)
        await options.onHealthy?.(
          job.target.release,
          combinationOf(ready.map(({ service, tag }) => [service, tag])),
          runners.digestsOf(ready),
        );
      state = waiting.size > 0 || isPart ? 'waiting' : 'synced';
      message = [...waiting].map(([service, text]) => `${service}: ${text}`).join('\n') || undefined;
      if (isPart) message ??= `What ran last is back. It was not the whole of ${job.target.release}.`;
      if (!job.restores) reached = job.target;
      await runners.closeAllBut(
        rendering.workloads.filter(({ replicas }) => replicas > 0).map(({ service }) => service),
      );
    }
    if (!job.restores) await keep(rendering, waiting.size + failed.size === 0, failed.size === 0);
    runners.tidy();
  }

  /** Remembers what is to run after the next start: a service that did not start this time, or waits, is not given up. */
  async function keep(
    rendering: RenderedWorkloads,
    isAllRunning: boolean,
    isReached: boolean,
  ): Promise<void> {
    const running = runners.workloads();
    const runs = new Set(running.map(({ service }) => service));
    const missing = kept.filter(({ service }) => !runs.has(service) && wanted.has(service));
    kept = isAllRunning ? running : [...running, ...missing];
    if (isAllRunning) whole = kept;
    else if (isReached) whole = undefined;
    const isWhole = whole !== undefined && areSame(kept, whole);
    await writeLastRun(directory, { reached, isWhole, workloads: kept, peers: rendering.peers });
  }

  function isObsolete(current: Job, newer: Job): boolean {
    if (current.restores || newer.restores) return false;
    try {
      const workloads = new Map(
        newer.read().workloads.map((workload) => [workload.service, workload.templateDigest]),
      );
      return [...current.unready].some(
        ([service, { templateDigest }]) => workloads.get(service) !== templateDigest,
      );
    } catch {
      return false; // its own turn will tell what is wrong with it
    }
  }

  function waiting(): Workload[] {
    return [...wanted.values()].filter(({ service }) => notes.get(service)?.kind === 'waiting');
  }

  async function goOnWhenThere(): Promise<void> {
    const services = waiting();
    if (last === undefined || services.length === 0 || queue.current !== undefined) return;
    const planned = await Promise.allSettled(
      services.map((workload) => planLaunch(workload, { images, secretsDirectory, peers: [] })),
    );
    const isThere = planned.some(
      (result) => result.status === 'fulfilled' && result.value.plan !== undefined,
    );
    if (isThere && queue.current === undefined && !stopped) void queue.add({ ...last, unready: new Map() });
  }

  function view(): EnvironmentView {
    return viewEnvironment({
      environment,
      target,
      reached,
      state,
      message,
      wanted,
      unsupported,
      runners: runners.all,
      notes,
      stopped,
    });
  }

  function changed(): void {
    if (!stopped) options.onChange(view());
  }

  function staysOn(): string {
    return reached === undefined
      ? 'Services that are ready go on running.'
      : `The environment stays on ${reached.release}.`;
  }
}

function areSame(some: readonly Workload[], others: readonly Workload[]): boolean {
  const digests = new Map(others.map(({ service, templateDigest }) => [service, templateDigest]));
  return (
    some.length === others.length &&
    some.every(({ service, templateDigest }) => digests.get(service) === templateDigest)
  );
}

function targetOf({ release, revision, manifestDigest, releaseId }: SyncRequest): Target {
  return { release, revision, manifestDigest, releaseId };
}
