import { setTimeout as sleep } from 'node:timers/promises';
import { stripSecrets } from '../../process/run.ts';
import { askProbe } from './ask-probe.ts';
import type { LaunchPlan, LaunchResult, ReadyInstance } from './launch.ts';
import type { Switch } from './switch.ts';

export interface ServiceRunnerOptions {
  readonly address: Switch;
  readonly launch: (plan: LaunchPlan, signal: AbortSignal) => Promise<LaunchResult>;
  readonly clock: () => Date;
  readonly onChange: () => void;
  /** The longest time, in milliseconds, that an old instance may go on serving connections that it already had. */
  readonly drainMs: number;
}

const firstBackOffMs = 200;
const longestBackOffMs = 10_000;
/** The time that requests have to come to their end when a service is stopped for good. */
const connectionsMs = 1000;
/** A service that ran this long before it ended is restarted as if for the first time. */
const steadyMs = 10_000;

/** Keeps one service running at its stable address: switches it to new instances and restarts it when it dies. */
export class ServiceRunner {
  readonly #options: ServiceRunnerOptions;
  readonly #retiring = new Set<Promise<void>>();
  readonly #watching = new Set<Promise<void>>();
  #plan: LaunchPlan | undefined;
  #serving: ReadyInstance | undefined;
  #since: string | undefined;
  #trouble: string | undefined;
  /** Says that connections of earlier versions are waited for no longer. */
  #stopped = new AbortController();
  #watch = new AbortController();
  #failures = 0;

  constructor(options: ServiceRunnerOptions) {
    this.#options = options;
  }

  /** What it was last switched to, whether or not that runs at this moment. */
  get plan(): LaunchPlan | undefined {
    return this.#plan;
  }

  /** When the plan began to run, as ISO 8601. */
  get since(): string | undefined {
    return this.#since;
  }

  /** Why nothing answers at the address although something should; undefined while an instance serves. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.address.port}`;
  }

  /** Sends all new connections to a ready instance from this moment on; the one before it ends when its connections have. */
  switchTo(next: ReadyInstance): void {
    this.#watch.abort();
    const before = this.#serving;
    this.#plan = next.plan;
    this.#since = this.#options.clock().toISOString();
    this.#failures = 0;
    this.#serve(next);
    if (before !== undefined) this.#retire(before);
  }

  /** Resolves when the instances of earlier versions have ended. */
  async retired(): Promise<void> {
    await Promise.all(this.#retiring);
  }

  /** Ends the service, which has a second for the requests that it answers; its address stays open and resets connections. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#watch.abort();
    const before = this.#serving;
    this.#serving = undefined;
    this.#plan = undefined;
    this.#since = undefined;
    this.#trouble = undefined;
    this.#options.address.switchTo(undefined);
    // Most services end only with their last connection, and a browser may hold one open for as long as it likes.
    const reset = setTimeout(() => this.#options.address.reset(), connectionsMs);
    await Promise.all([before?.instance.stop(), this.retired(), ...this.#watching]);
    clearTimeout(reset);
  }

  /** Gives the address up, too. */
  async close(): Promise<void> {
    await this.stop();
    await this.#options.address.close();
  }

  #serve(serving: ReadyInstance): void {
    this.#watch = new AbortController();
    this.#serving = serving;
    this.#trouble = undefined;
    this.#options.address.switchTo(serving.port);
    const { signal } = this.#watch;
    const began = performance.now();
    void serving.instance.ended.then((how) => {
      if (signal.aborted) return;
      if (performance.now() - began > steadyMs) this.#failures = 0;
      this.#keep(this.#restart(serving, how, signal));
    });
    this.#keep(this.#watchLiveness(serving, signal));
    this.#options.onChange();
  }

  /** What `stop` has to wait for, because it may be starting an instance. */
  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#watching.delete(kept));
    this.#watching.add(kept);
  }

  #retire(before: ReadyInstance): void {
    const drained =
      before.port === undefined
        ? Promise.resolve()
        : this.#options.address.drain(before.port, this.#options.drainMs, this.#stopped.signal);
    const ended = drained.then(() => before.instance.stop()).finally(() => this.#retiring.delete(ended));
    this.#retiring.add(ended);
  }

  async #restart(dead: ReadyInstance, how: string, signal: AbortSignal): Promise<void> {
    const { plan } = dead;
    this.#serving = undefined;
    this.#options.address.switchTo(undefined);
    let reason = `${plan.workload.service} ${plan.workload.tag} ${how}`;
    const printed = dead.instance.lastLines();
    if (printed !== '')
      reason += `.\n${stripSecrets(printed, Object.values(plan.secrets)).replace(/^/gm, '  | ')}`;
    for (;;) {
      this.#failures += 1;
      const backOff = Math.min(longestBackOffMs, firstBackOffMs * 2 ** (this.#failures - 1));
      this.#trouble = `It is started again ${backOff / 1000} s after it failed (${this.#failures} in a row): ${reason}`;
      this.#options.onChange();
      await sleep(backOff, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const result = await this.#options.launch(plan, signal);
      if (result.ready !== undefined) {
        if (signal.aborted) await result.ready.instance.stop();
        else this.#serve(result.ready);
        return;
      }
      if (signal.aborted) return;
      reason = result.reason;
    }
  }

  async #watchLiveness(serving: ReadyInstance, signal: AbortSignal): Promise<void> {
    const probe = serving.plan.workload.liveness;
    if (probe === undefined) return;
    const pause = (seconds: number) =>
      sleep(seconds * 1000, undefined, { signal, ref: false }).catch(() => {});
    await pause(probe.initialDelay);
    for (let failures = 0; !signal.aborted; await pause(probe.period)) {
      const reason = await askProbe(probe, serving.target);
      failures = reason === undefined ? 0 : failures + 1;
      if (failures < probe.failureThreshold || signal.aborted) continue;
      this.#watch.abort();
      this.#watch = new AbortController();
      const restarted = this.#watch.signal;
      const how = `failed its liveness probe ${failures} times: ${reason}`;
      this.#trouble = `It is being ended, because ${serving.plan.workload.service} ${serving.plan.workload.tag} ${how}.`;
      this.#options.address.switchTo(undefined);
      this.#options.onChange();
      await serving.instance.stop();
      if (!restarted.aborted) await this.#restart(serving, how, restarted);
      return;
    }
  }
}
