import { setTimeout as sleep } from 'node:timers/promises';
import { askProbe, askTcp, type ProbeTarget } from './ask-probe.ts';
import type { Instance } from './instance.ts';
import type { HealthProbe, Workload } from './rendering.ts';

/** A ready service should not wait for its next probe: it is asked this often at first, whatever the probe's period is. */
const fastPeriodMs = 25;
const fastForMs = 3000;
const slowestPeriodMs = 500;

/**
 * Waits until an instance is ready as its startup and readiness probes say (without one: until its port accepts a connection).
 * Undefined is ready; a text says why it is not: it ended, or the probes' own time, at most `capMs`, is over. An abort ends the wait.
 */
export async function awaitReady(
  instance: Instance,
  workload: Workload,
  target: ProbeTarget,
  { capMs, signal }: { readonly capMs: number; readonly signal: AbortSignal },
): Promise<string | undefined> {
  const probes = [workload.startup, workload.readiness].filter((probe) => probe !== undefined);
  const limitMs = Math.min(capMs, timeOf(workload.startup ?? workload.readiness));
  const began = performance.now();
  let reason: string | undefined = 'it was not asked';
  let next = 0;
  let successes = 0;
  while (!signal.aborted && instance.running) {
    const probe = probes[next];
    reason = await (probe === undefined ? askPort(target, instance) : askProbe(probe, target));
    if (!instance.running || signal.aborted) break;
    successes = reason === undefined ? successes + 1 : 0;
    if (reason === undefined && successes >= (probe?.successThreshold ?? 1)) {
      next += 1;
      successes = 0;
      if (next >= probes.length) return undefined;
      continue;
    }
    const waited = performance.now() - began;
    if (waited > limitMs) return `was not ready after ${Math.round(limitMs / 100) / 10} s: ${reason}`;
    await sleep(waited < fastForMs ? fastPeriodMs : Math.min(slowestPeriodMs, (probe?.period ?? 1) * 1000));
  }
  return signal.aborted ? 'was given up for a newer state' : `${await instance.ended} before it was ready`;
}

/** Milliseconds that a probe gives a container to come up. */
function timeOf(probe: HealthProbe | undefined): number {
  return probe === undefined ? Infinity : (probe.initialDelay + probe.period * probe.failureThreshold) * 1000;
}

/** Without a port, being there for a moment is all that can be seen. */
async function askPort(target: ProbeTarget, instance: Instance): Promise<string | undefined> {
  if (target.port !== undefined) return askTcp(target.port, 1000);
  await sleep(100);
  return instance.running ? undefined : 'it ended';
}
