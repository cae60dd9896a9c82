import { BitiqError, messageOf } from '../model/errors.ts';
import type { RunView } from '../model/loop-view.ts';

/** An error as one text for the events: what, where, and what to do. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof BitiqError)) return messageOf(error);
  const { file, line } = error.place ?? {};
  const where = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return `${error.message}${where} ${error.fix}`;
}

/** How a run ended that built no image: what failed, and the address of the log that says why. */
export function describeEnd(view: RunView, url: string): string {
  const what = `${view.service}: the build of ${view.revision.slice(0, 7)} ${view.state}.`;
  const log = failedLog(view);
  return [what, view.message?.replace(/[^.]$/, '$&.'), log && `See ${url}${log}`].filter(Boolean).join(' ');
}

/** The path of the log of the first step that failed, as the board has it. */
function failedLog(view: RunView): string | undefined {
  for (const task of view.tasks) {
    const step = task.steps.find(({ state }) => state === 'failed');
    if (step !== undefined)
      return `/runs/${[view.run, task.task, step.step].map(encodeURIComponent).join('/')}.log`;
  }
  return undefined;
}
