import type { EnvironmentView } from '../model/loop-view.ts';
import type { EventLog } from './event-log.ts';

/** Gives what tells the log what an environment came to run, or why it did not; what was told of it last is not told again. */
export function announceEnvironments(log: Pick<EventLog, 'add'>): (view: EnvironmentView) => void {
  const told = new Map<string, string>();
  return (view) => {
    const text = describe(view);
    if (told.get(view.environment) === text) return;
    told.set(view.environment, text);
    log.add(view.state === 'failed' ? 'problem' : 'sync', text);
  };
}

function describe(view: EnvironmentView): string {
  const what = `${view.environment}: ${view.release}`;
  if (view.state === 'failed') return `${what} failed. ${view.message ?? ''}`;
  if (view.state === 'waiting') {
    const waiting = view.services.filter((each) => each.health === 'waiting' || each.running !== each.wanted);
    return `${what} waits for ${waiting.map((each) => `${each.service} ${each.wanted}`).join(', ')}`;
  }
  return `${what} runs (${view.services.map((each) => `${each.service} ${each.running ?? '-'}`).join(', ')})`;
}
