import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the processes that left a step's process group: on Linux they are found by the step's marker in their
 * environment. Elsewhere only the process group is known.
 */
export function killEscaped(marker: string): void {
  if (process.platform !== 'linux') return;
  const wanted = Buffer.from(`BITIQ_STEP=${marker}`);
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/environ`).includes(wanted)) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It ended meanwhile, or belongs to someone else.
    }
  }
}
