import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all processes, on Linux; elsewhere none are known. */
export function processIds(): ReadonlySet<string> {
  if (process.platform !== 'linux') return new Set();
  return new Set(readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)));
}

/**
 * Kills the processes that left a step's process group: on Linux they are found by the step's marker in their
 * environment, among those that were not there `before` the step (so that nothing else is read). Elsewhere only the process
 * group is known.
 */
export function killEscaped(marker: string, before: ReadonlySet<string>): void {
  const wanted = Buffer.from(`BITIQ_STEP=${marker}`);
  for (const id of processIds()) {
    if (before.has(id)) continue;
    try {
      if (readFileSync(`/proc/${id}/environ`).includes(wanted)) process.kill(Number(id), 'SIGKILL');
    } catch {
      // It ended meanwhile, or belongs to someone else.
    }
  }
}
