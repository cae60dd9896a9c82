import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { messageOf } from '../../model/errors.ts';
import type { RunView } from '../../model/loop-view.ts';
import type { RunState } from '../../tekton/index.ts';
import type { SourceFile } from '../../tekton/index.ts';
import { executeBuild, workOf, type BuildSite } from './execute-build.ts';
import { removeFolder } from '../../process/remove-folder.ts';
import { endInterrupted } from './end-interrupted.ts';
import { awaitRoom, isMarkedFull, logSaysFull, markFull, saysFull, watchSpace } from './full-disk.ts';
import type { RunRequest } from './run-request.ts';
import { forgetOldRuns, readRequests, readRunRecord, writeRequest } from './run-store.ts';
import { isRunOver, runsToStartAnew } from './start-anew.ts';
import { viewRun } from './view-run.ts';

export interface BuildsOptions {
  readonly site: BuildSite;
  /** The files of pipelines/ at a commit of the GitOps repository. */
  readonly readPipelines: (commit: string) => Promise<readonly SourceFile[]>;
  readonly onChange: () => void;
  readonly onStarted: (request: RunRequest) => void;
  /** Called after the image is in the store, or the run failed. */
  readonly onEnded: (view: RunView) => void;
  /** How often a full disk is looked at. Default: every two seconds. */
  readonly lookForRoomMs?: number | undefined;
}

/** The builds of the loop: at most two at once, in the order in which they came. */
export interface Builds {
  /** Takes a request: it is on disk, and will run, when this resolves. A commit that is being built already is not built beside it. */
  start(request: RunRequest): Promise<void>;
  /** Newest first. */
  views(): readonly RunView[];
  isBuilding(): boolean;
  /** Whether a commit waits or is being built, or its newest build failed. */
  isSettled(service: string, revision: string): boolean;
  /** The log file of a step. */
  logFile(run: string, task: string, step: string): string | undefined;
  /** Cancels what runs, ends its processes and waits for that; what waits runs after the next start. */
  close(): Promise<void>;
}

const atOnce = 2;

/** Opens the builds of a state folder: runs that a killed loop left unfinished are ended for good and started again. */
export async function openBuilds(options: BuildsOptions): Promise<Builds> {
  const { site } = options;
  await forgetOldRuns(site.runs);
  if (site.work !== undefined) await removeFolder(site.work);
  let requests = await readRequests(site.runs);
  const views = new Map<string, RunView>();
  const queue: RunRequest[] = [];
  const running = new Map<string, Promise<void>>();
  /** Commits that wait or are being built, each with the writing of its request. */
  const underWay = new Map<string, Promise<void>>();
  const stop = new AbortController();
  const disks = [
    site.runs,
    site.images,
    site.cache,
    ...(site.work === undefined ? [] : [dirname(site.work)]),
  ];
  /** Runs that failed because a disk was full, each with what ends its waiting for room. */
  const waiting = new Map<string, () => void>();
  const full = new Set<string>();

  const found = await Promise.all(
    requests.map(async (request) => ({ request, record: await readRunRecord(site.runs, request) })),
  );
  for (const { request, record } of found) {
    views.set(request.name, viewRun(request, record, !isRunOver(record)));
    if (!isRunOver(record))
      await endInterrupted(join(site.runs, request.name), workOf(site, request.name), record);
  }
  const states = await Promise.all(
    found.map(async ({ request, record }) => {
      const isOpen = await isMarkedFull(join(site.runs, request.name));
      return { request, state: isOpen ? undefined : record?.state };
    }),
  );
  queue.push(...runsToStartAnew(states));
  for (const request of queue) await accept(request);
  fill();

  return {
    start: async (request) => {
      const same = underWay.get(commitOf(request));
      if (same) return same;
      await accept(request);
      queue.push(request);
      fill();
    },
    views: () => requests.map((request) => views.get(request.name)!).filter(Boolean),
    isBuilding: () => running.size + queue.length > 0,
    isSettled: (service, revision) => {
      const newest = requests.find((each) => each.service === service && each.revision === revision);
      const state = newest && views.get(newest.name)?.state;
      return state === 'running' || state === 'failed';
    },
    logFile,
    close: async () => {
      stop.abort('terminate');
      for (const end of waiting.values()) end();
      await Promise.all(running.values());
    },
  };

  async function accept(request: RunRequest): Promise<void> {
    const written = writeRequest(site.runs, request);
    underWay.set(commitOf(request), written);
    await written.catch((error: unknown) => {
      underWay.delete(commitOf(request));
      throw error;
    });
    requests = [request, ...requests];
    if (requests.length > 100 + underWay.size)
      requests = requests.filter((each, index) => index < 50 || underWay.has(commitOf(each)));
    views.set(request.name, viewRun(request, undefined, false));
    options.onChange();
  }

  function fill(): void {
    while (running.size < atOnce && queue.length > 0 && !stop.signal.aborted) {
      const request = queue.shift()!;
      const work = build(request).finally(() => {
        running.delete(request.name);
        underWay.delete(commitOf(request));
        const view = views.get(request.name);
        if (view && !stop.signal.aborted) options.onEnded(view);
        if (full.delete(request.name) && !stop.signal.aborted) buildWhenThereIsRoom(request);
        fill();
      });
      running.set(request.name, work);
    }
  }

  function buildWhenThereIsRoom(request: RunRequest): void {
    const tryAgain = () => {
      waiting.delete(request.name);
      const all = requests.map((each) => ({ request: each, state: waitingOrOver(each, request) }));
      for (const next of runsToStartAnew(all)) void tryOnce(next, request);
    };
    waiting.set(request.name, awaitRoom(disks, tryAgain, options.lookForRoomMs));
  }

  /** Asks for another try; where there is no room even for that, it waits on. */
  async function tryOnce(next: RunRequest, failed: RunRequest): Promise<void> {
    try {
      await accept(next);
      queue.push(next);
      fill();
    } catch {
      buildWhenThereIsRoom(failed);
    }
  }

  /** The state of a run, where all but one are as good as over. */
  function waitingOrOver(each: RunRequest, open: RunRequest): RunState | undefined {
    if (each.name === open.name) return undefined;
    return views.get(each.name)?.state === 'succeeded' ? 'succeeded' : 'failed';
  }

  async function build(request: RunRequest): Promise<void> {
    const space = watchSpace(disks);
    options.onStarted(request);
    try {
      await executeBuild(request, {
        site,
        pipelines: await options.readPipelines(request.pipelines),
        uid: randomUUID(),
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type !== 'log' && event.type !== 'recorded') space.look();
          if (event.type !== 'recorded') return;
          views.set(request.name, viewRun(request, event.record, false));
          options.onChange();
        },
      });
      const view = views.get(request.name)!;
      const logOf = (task: string, step: string) => logFile(request.name, task, step);
      if (view.state === 'failed' && ((await space.wasFull()) || (await logSaysFull(view, logOf))))
        await tellFull(request, view);
    } catch (error) {
      const view = {
        ...viewRun(request, undefined, false),
        state: 'failed' as const,
        message: messageOf(error),
      };
      views.set(request.name, view);
      if (saysFull(error)) await tellFull(request, view);
      options.onChange();
    }
  }

  async function tellFull(request: RunRequest, view: RunView): Promise<void> {
    const message = 'The disk is full. It is built again when there is more room.';
    views.set(request.name, { ...view, message });
    await markFull(join(site.runs, request.name));
    full.add(request.name);
    options.onChange();
  }

  function logFile(run: string, task: string, step: string): string | undefined {
    return views.has(run) && isPlain(task) && isPlain(step)
      ? join(site.runs, run, 'logs', task, `${step}.log`)
      : undefined;
  }
}

function commitOf({ service, revision }: RunRequest): string {
  return `${service} ${revision}`;
}

function isPlain(name: string): boolean {
  return /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name);
}
