import { availableParallelism } from 'node:os';
import { messageOf } from '../../model/errors.ts';
import type { LaunchPlan, LaunchResult, ReadyInstance } from './launch.ts';
import type { PlannedLaunch } from './plan-launch.ts';
import type { Workload } from './rendering.ts';
import type { ServiceRunner } from './service-runner.ts';

export interface ReachOptions {
  readonly workloads: readonly Workload[];
  readonly plan: (workload: Workload) => Promise<PlannedLaunch>;
  readonly launch: (plan: LaunchPlan, signal: AbortSignal) => Promise<LaunchResult>;
  readonly runnerOf: (service: string) => Promise<ServiceRunner>;
  readonly onStarting: (service: string, message: string) => void;
  /** Called right before requests go to a service's new instance. */
  readonly onReady: (service: string) => void;
  readonly signal: AbortSignal;
  /** The services whose new instances are not ready yet; kept up to date while the state is being reached. */
  readonly unready: Map<string, Workload>;
}

export interface Reached {
  /** Service → what it waits for. */
  readonly waiting: ReadonlyMap<string, string>;
  /** Service → why it did not get ready. Empty: every service that does not wait runs what is wanted. */
  readonly failed: ReadonlyMap<string, string>;
}

/** Service processes compete for the processors while they start; more at once would only make each of them slower. */
const startsAtOnce = Math.max(4, 2 * availableParallelism());

/**
 * Brings services to what a rendering wants. Only those whose own plan changed are started again. Services that ran before switch
 * together, when all that changed are ready, or none of them does; a service that never ran serves as soon as it is ready.
 */
export async function reachState(options: ReachOptions): Promise<Reached> {
  const waiting = new Map<string, string>();
  const failed = new Map<string, string>();
  const held: { runner: ServiceRunner; ready: ReadyInstance }[] = [];
  const giveUp = new AbortController();
  const signalOfChange = AbortSignal.any([options.signal, giveUp.signal]);
  const wanted = options.workloads.filter((workload) => workload.replicas > 0);

  for (const workload of wanted) options.unready.set(workload.service, workload);
  // Every address is known before the first service starts, because services are told the addresses of their peers.
  const runners = await Promise.all(wanted.map(({ service }) => options.runnerOf(service)));
  const planned = await Promise.allSettled(wanted.map((workload) => options.plan(workload)));
  const launches: (() => Promise<void>)[] = [];
  for (const [index, workload] of wanted.entries()) {
    const runner = runners[index]!;
    const outcome = planned[index]!;
    if (outcome.status === 'rejected') {
      failed.set(workload.service, messageOf(outcome.reason));
      options.unready.delete(workload.service);
      giveUp.abort();
      continue;
    }
    const { plan } = outcome.value;
    if (plan === undefined) {
      waiting.set(workload.service, outcome.value.waitsFor);
    } else if (plan.digest !== runner.plan?.digest) {
      launches.push(() => bringUp(plan, runner));
      continue;
    }
    options.unready.delete(workload.service);
  }
  await inTurns(launches, startsAtOnce);

  const dead = held.find(({ ready }) => !ready.instance.running);
  if (dead !== undefined) failed.set(dead.ready.plan.workload.service, await describeEnd(dead.ready));
  if (failed.size > 0 || options.signal.aborted) {
    await Promise.all(held.map(({ ready }) => ready.instance.stop()));
  } else {
    for (const { runner, ready } of held) switchOver(runner, ready);
  }
  return { waiting, failed };

  async function bringUp(plan: LaunchPlan, runner: ServiceRunner): Promise<void> {
    const { service, tag } = plan.workload;
    const ranBefore = runner.plan !== undefined;
    const signal = ranBefore ? signalOfChange : options.signal;
    if (signal.aborted) return;
    options.onStarting(service, `${tag} is starting.`);
    const result = await options.launch(plan, signal);
    options.unready.delete(service);
    if (result.ready === undefined) {
      if (signal.aborted) return;
      failed.set(service, result.reason);
      giveUp.abort();
    } else if (ranBefore) {
      held.push({ runner, ready: result.ready });
    } else if (signal.aborted) {
      await result.ready.instance.stop();
    } else {
      switchOver(runner, result.ready);
    }
  }

  function switchOver(runner: ServiceRunner, ready: ReadyInstance): void {
    options.onReady(ready.plan.workload.service);
    runner.switchTo(ready);
  }
}

async function describeEnd({ plan, instance }: ReadyInstance): Promise<string> {
  return `${plan.workload.service} ${plan.workload.tag} ${await instance.ended} before the others were ready.`;
}

async function inTurns(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  const queue = tasks.values();
  const work = async () => {
    for (const task of queue) await task();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, work));
}
