import type { LoopView } from '../model/loop-view.ts';
import { readRunningLoop } from './loop-record.ts';
import { loopPaths } from './loop-paths.ts';

/** What the loop on a state folder runs now; undefined when none runs, or it does not answer. */
export async function askLoop(state: string, signal: AbortSignal): Promise<LoopView | undefined> {
  const running = await readRunningLoop(loopPaths(state).record);
  if (!running?.url) return undefined;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    const answer = await fetch(new URL('/api/view', running.url), { signal: limit });
    if (!answer.ok) return undefined;
    const view = (await answer.json()) as LoopView;
    return Array.isArray(view.environments) ? view : undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
