import { setTimeout as sleep } from 'node:timers/promises';
import { BitiqError } from '../../model/errors.ts';
import type { EnvironmentView, LoopView, ServiceView } from '../../model/loop-view.ts';

/** What a service says of itself at /version. */
export interface Version {
  readonly service: string;
  readonly tag: string;
  readonly commit: string;
}

/** Asks a running service over HTTP; undefined when it does not answer with a version. */
export async function askVersion(url: string | undefined): Promise<Version | undefined> {
  if (url === undefined) return undefined;
  try {
    const answer = await fetch(`${url}/version`, { signal: AbortSignal.timeout(2000) });
    return answer.ok ? ((await answer.json()) as Version) : undefined;
  } catch {
    return undefined;
  }
}

/** The view of one environment; absent ones are an error of the demo itself. */
export function environmentOf(view: LoopView, environment: string): EnvironmentView {
  const found = view.environments.find((each) => each.environment === environment);
  return found ?? failStep(`there is no environment ${environment}`);
}

/** The view of one service, or undefined while it is not there. */
export function findServiceView(
  view: LoopView,
  environment: string,
  service: string,
): ServiceView | undefined {
  return environmentOf(view, environment).services.find((each) => each.service === service);
}

/** Waits until something holds, looking every 10 ms; after `within` milliseconds the step fails with what was seen last. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  options: { readonly signal: AbortSignal; readonly within?: number; readonly seen: () => string },
): Promise<T> {
  const deadline = performance.now() + (options.within ?? 60_000);
  for (;;) {
    options.signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline)
      failStep(
        `${what} did not happen in ${(options.within ?? 60_000) / 1000} s. Last seen: ${options.seen()}`,
      );
    await sleep(10);
  }
}

/** Ends the demo: something did not hold. */
export function failStep(message: string): never {
  throw new BitiqError({
    code: 'demo-failed',
    message: `The demo stopped: ${message}`,
    fix: 'Run it again with `--keep DIR` and look at the logs below DIR/apps and DIR/runs.',
    state: 'Only throwaway state was touched.',
  });
}
