import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import type { Probe, Sidecar } from '../types.ts';
import { launchOf, type StepContext } from './container-launch.ts';
import type { StepEnd, StepExecutor, StepLaunch, StopReason } from './executor.ts';
import type { SidecarState } from './status.ts';
import { connects } from './probe-port.ts';
import { openStepLog, type StepLog } from './step-log.ts';
import { below } from './volumes.ts';

/** The sidecars of one attempt while they run. */
export interface RunningSidecars {
  /** Settles when each is ready, or is over (which counts as ready, as in Tekton). */
  readonly ready: Promise<void>;
  /** Ends those that still run and tells how each ended; a failure is one that ended by itself with another code than 0. */
  stop(): Promise<{ readonly states: readonly SidecarState[]; readonly failure?: string | undefined }>;
}

/** Starts all sidecars of a task together; a fault that keeps one of them from starting is thrown before any has started. */
export async function startSidecars(
  sidecars: readonly Sidecar[],
  context: StepContext,
): Promise<RunningSidecars> {
  const stop = new AbortController();
  const prepared: PreparedSidecar[] = [];
  try {
    for (const sidecar of sidecars) prepared.push(await prepareSidecar(sidecar, context));
  } catch (error) {
    await Promise.allSettled(prepared.map(({ log }) => log.close()));
    throw error;
  }
  const running = prepared.map((one) => startSidecar(one, context, stop));
  return {
    ready: Promise.all(running.map(({ ready }) => ready)).then(() => undefined),
    stop: async () => {
      const early = running.map(({ isOver }) => isOver());
      stop.abort('terminate' satisfies StopReason);
      const ends = await Promise.all(running.map(({ end }) => end));
      const failed = ends.findIndex(({ exitCode }, index) => early[index] && exitCode !== 0);
      return {
        // As a cluster lists the containers of a Pod.
        states: ends
          .map(({ exitCode, startedAt, finishedAt }, index) => ({
            name: sidecars[index]!.name,
            container: `sidecar-${sidecars[index]!.name}`,
            terminated: {
              ...(early[index] ? endOf(exitCode) : stopped(exitCode)),
              startedAt,
              finishedAt,
            },
          }))
          .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        failure:
          failed < 0
            ? undefined
            : `"sidecar-${sidecars[failed]!.name}" exited with code ${ends[failed]!.exitCode}: Error`,
      };
    },
  };
}

interface PreparedSidecar {
  readonly sidecar: Sidecar;
  readonly launch: Awaited<ReturnType<typeof launchOf>>;
  readonly log: StepLog;
  /** Ends the sidecar alone. */
  readonly own: AbortController;
}

async function prepareSidecar(sidecar: Sidecar, context: StepContext): Promise<PreparedSidecar> {
  const { options, task } = context;
  const own = new AbortController();
  const launch = await launchOf(sidecar, 'sidecar', context);
  const log = await openStepLog({
    file: await below(join(options.directory, 'logs', task), `sidecar-${sidecar.name}.log`),
    mask: context.mask,
    now: options.now,
    onFault: () => own.abort('kill' satisfies StopReason),
    onLine: (line, when) =>
      options.onEvent?.({ type: 'log', at: when, task, step: `sidecar-${sidecar.name}`, line }),
  });
  return { sidecar, launch, log, own };
}

function endOf(exitCode: number) {
  return { exitCode, reason: exitCode === 0 ? ('Completed' as const) : ('Error' as const) };
}

/** How Tekton tells the end of a sidecar that it stopped; the first process of a container dies of nothing but SIGKILL. */
function stopped(exitCode: number) {
  return {
    exitCode: exitCode > 128 ? 137 : exitCode,
    reason: 'Completed' as const,
    message: 'Sidecar container successfully stopped by nop image',
  };
}

function startSidecar(
  { sidecar, launch: fixed, log, own }: PreparedSidecar,
  context: StepContext,
  stop: AbortController,
) {
  const { options } = context;
  const at = () => options.now().toISOString();
  const startedAt = at();
  let over = false;
  let started: (processGroup: number) => void = () => {};
  const group = new Promise<number>((resolve) => (started = resolve));
  const launch: StepLaunch | string =
    typeof fixed === 'string'
      ? fixed
      : {
          ...fixed,
          stop: AbortSignal.any([context.stop, stop.signal, own.signal]),
          onOutput: (chunk, stream) => log.write(chunk, stream),
          onStarted: (processGroup) => {
            context.onProcessGroup(processGroup);
            started(processGroup);
          },
        };
  const running: Promise<StepEnd> =
    typeof launch === 'string'
      ? Promise.resolve({ exitCode: 1, problem: launch })
      : options.executor.runStep(launch);
  const end = running
    .then(({ exitCode, problem }) => {
      if (problem) log.write(`${problem}\n`);
      return { exitCode, startedAt, finishedAt: at() };
    })
    .finally(() => {
      over = true;
      return log.close();
    });
  const ready =
    typeof launch === 'string'
      ? Promise.resolve()
      : Promise.race([
          end.then(() => undefined),
          group.then(async (processGroup) => {
            if (await becomesReady(sidecar, options.executor, processGroup, launch)) return;
            own.abort('terminate' satisfies StopReason);
            await end;
          }),
        ]);
  return { end, ready, isOver: () => over };
}

/** About what a cluster takes to tell a step that a sidecar without a probe has started. */
const startMilliseconds = 1000;

/**
 * Waits for the startup probe, then for the readiness probe; without any, for the time in which a program starts. False when the
 * startup probe has failed as often as it may: then a kubelet ends the container.
 */
async function becomesReady(
  { startupProbe, readinessProbe }: Sidecar,
  executor: StepExecutor,
  processGroup: number,
  launch: StepLaunch,
): Promise<boolean> {
  if (!startupProbe && !readinessProbe) await pause(startMilliseconds, launch);
  for (const probe of [startupProbe, readinessProbe]) {
    if (!probe) continue;
    await pause(probe.initialDelay * 1000, launch);
    let failures = 0;
    while (!launch.stop.aborted && !(await succeeds(probe, executor, processGroup, launch))) {
      if (probe === startupProbe && ++failures >= probe.failureThreshold) return false;
      await pause(probe.period * 1000, launch);
    }
  }
  return true;
}

/** Waits, or until the sidecar is to end. */
async function pause(milliseconds: number, { stop }: StepLaunch): Promise<void> {
  await wait(milliseconds, undefined, { signal: stop }).catch(() => {});
}

async function succeeds(
  { how, timeout }: Probe,
  executor: StepExecutor,
  processGroup: number,
  launch: StepLaunch,
): Promise<boolean> {
  const limit = timeout * 1000;
  if (how.kind === 'exec') return (await executor.probe(processGroup, how.command, launch, limit)) === 0;
  // A container that has just ended has no address any more.
  const reach = await executor.reach?.(processGroup).catch(() => undefined);
  return connects(how, limit, reach ?? { host: '127.0.0.1', inside: [] });
}
