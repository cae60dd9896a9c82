import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all processes, on Linux; elsewhere none are known. */
export function processIds(): ReadonlySet<string> {
  if (process.platform !== 'linux') return new Set();
  return new Set(readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)));
}

/** More turns than anything but a program that never stops to fork needs. */
const mostTurns = 200;

/**
 * Kills the processes that left a step's process group: on Linux they are found by the step's marker in their
 * environment, among those that were not there `before` the step (so that nothing else is read). One may start another after the
 * others were listed, so they are listed again until there is none that is new. Elsewhere only the process group is known.
 */
export function killEscaped(marker: string, before: ReadonlySet<string>): void {
  const wanted = Buffer.from(`BITIQ_STEP=${marker}`);
  const killed = new Set<string>();
  for (let turn = 0, isNew = true; isNew && turn < mostTurns; turn++) {
    isNew = false;
    for (const id of processIds()) {
      if (before.has(id) || killed.has(id)) continue;
      try {
        if (!readFileSync(`/proc/${id}/environ`).includes(wanted)) continue;
        process.kill(Number(id), 'SIGKILL');
        killed.add(id);
        isNew = true;
      } catch {
        // It ended meanwhile, or belongs to someone else.
      }
    }
  }
}
