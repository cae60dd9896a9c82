import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RunResult } from '../process/run.ts';
import { inScratchFolder } from '../process/scratch-folder.ts';
import { gitText } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * Runs a push, and says whether it ended in the pre-push hook of the clone: Git prints the same then as where the remote is gone. Only
 * Git's own trace tells them apart, so one is written where there is such a hook.
 */
export async function withHookTrace(
  repository: Repository,
  push: (env: NodeJS.ProcessEnv) => Promise<RunResult>,
): Promise<{ readonly result: RunResult; readonly endedInHook: boolean }> {
  const path = await gitText(repository.directory, ['rev-parse', '--git-path', 'hooks/pre-push'], {
    to: 'look for a hook',
  });
  const hook = await stat(resolve(repository.directory, path)).catch(() => undefined);
  if (hook?.isFile() !== true) return { result: await push({}), endedInHook: false };
  return inScratchFolder('trace', async (folder) => {
    const trace = join(folder, 'events');
    const result = await push({ GIT_TRACE2_EVENT: trace });
    const events = result.code === 0 ? '' : await readFile(trace, 'utf8').catch(() => '');
    return { result, endedInHook: endedIn(events) };
  });
}

interface TraceEvent {
  readonly event: string;
  readonly sid: string;
  readonly hook_name?: string;
  readonly child_id?: number;
  readonly code?: number;
}

/** Whether the push itself, and not a Git inside of the hook, saw the hook fail, or did not see it end. */
function endedIn(trace: string): boolean {
  const events = trace.split('\n').flatMap((line): TraceEvent[] => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as TraceEvent] : [];
    } catch {
      // A Git that was killed may leave half a line.
      return [];
    }
  });
  const started = events.find((each) => each.event === 'child_start' && each.hook_name === 'pre-push');
  const ended = events.find(
    ({ event, sid, child_id }) =>
      event === 'child_exit' && sid === started?.sid && child_id === started.child_id,
  );
  return started !== undefined && ended?.code !== 0;
}
