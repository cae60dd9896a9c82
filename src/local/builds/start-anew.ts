import type { RunRecord, RunState } from '../../tekton/index.ts';
import type { RunRequest } from './run-request.ts';

/** Whether a run came to an end of its own; one that was cancelled or interrupted by the end of its loop did not. */
export function isRunOver(record: RunRecord | undefined): record is RunRecord {
  return record?.state === 'succeeded' || record?.state === 'failed';
}

/**
 * Which runs a loop starts when it starts, oldest first: each that is not over, unless it was tried again already or a newer commit of
 * its service was built since. A pure function of what is on disk, so a loop that is killed while it does this loses nothing.
 */
export function runsToStartAnew(
  newestFirst: readonly { readonly request: RunRequest; readonly state: RunState | undefined }[],
): RunRequest[] {
  const names = new Set(newestFirst.map(({ request }) => request.name));
  return newestFirst
    .filter(({ request, state }, index) => {
      if (state === 'succeeded' || state === 'failed' || names.has(nextTry(request.name))) return false;
      const newer = newestFirst.slice(0, index);
      return !newer.some((each) => each.request.service === request.service && each.state === 'succeeded');
    })
    .map(({ request }) => ({ ...request, name: nextTry(request.name) }))
    .reverse();
}

/** The name of another try: `…-a1b2c3` becomes `…-a1b2c3-2`, and that `…-a1b2c3-3`. */
export function nextTry(name: string): string {
  const again = /^(.*)-(\d{1,3})$/.exec(name);
  return again ? `${again[1]}-${Number(again[2]) + 1}` : `${name}-2`;
}
