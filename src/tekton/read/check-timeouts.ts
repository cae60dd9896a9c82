import type { Cursor } from './cursor.ts';
import { parseDuration, printDuration } from './duration.ts';

const hour = 3_600_000;

/** Reports time limits of a PipelineRun that are longer than the limit they lie in; 0 is not a limit. */
export function checkTimeouts(spec: Cursor): void {
  const timeouts = spec.at('timeouts');
  const [tasks, lastly] = [timeouts.at('tasks'), timeouts.at('finally')];
  const given = durationOf(timeouts.at('pipeline'));
  const whole = given ?? hour;
  const within = given === undefined ? 'the default timeout' : 'timeouts.pipeline';
  const fix = 'Write timeouts.pipeline, and make it long enough for both.';
  for (const part of [tasks, lastly]) {
    const limit = durationOf(part);
    if (limit !== undefined && whole !== 0 && (limit > whole || limit === 0))
      part.fault(`${part.path} is longer than ${within}.`, fix);
  }
  const [before, after] = [durationOf(tasks), durationOf(lastly)];
  if (before !== undefined && after !== undefined && before + after > whole)
    tasks.fault(`timeouts.tasks and timeouts.finally are together longer than ${within}.`, fix);
  const most = before ?? given ?? hour;
  for (const timeout of spec
    .at('taskRunSpecs')
    .items()
    .map((item) => item.at('timeout'))) {
    const limit = durationOf(timeout);
    if (limit === undefined || most === 0 || limit <= most) continue;
    timeout.fault(`${timeout.path} is longer than the ${printDuration(most)} of all tasks.`, fix);
  }
}

function durationOf(cursor: Cursor): number | undefined {
  const text = cursor.text();
  return text === undefined ? undefined : parseDuration(text);
}
