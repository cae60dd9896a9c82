import { readdirSync, readFileSync } from 'node:fs';
import { readStat } from '../../process/process-tree.ts';

/** The ids of all processes, on Linux; elsewhere none are known. */
export function processIds(): ReadonlySet<string> {
  if (process.platform !== 'linux') return new Set();
  return new Set(readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)));
}

/** More turns than anything but a program that never stops to fork needs. */
const mostTurns = 200;
/** More than a machine under load takes for one exec. */
const mostWaits = 100;

/**
 * Kills the processes that left a step's process group: on Linux they are found by the step's marker in their
 * environment, among those that were not there `before` the step (so that nothing else is read). One may start another after the
 * others were listed, so they are listed again until there is none that is new. Elsewhere only the process group is known.
 */
export function killEscaped(marker: string, before: ReadonlySet<string>): void {
  const wanted = Buffer.from(`BITIQ_STEP=${marker}`);
  const killed = new Set<string>();
  for (let turn = 0, waits = 0; turn < mostTurns && waits < mostWaits; turn++) {
    const ids = [...processIds()].filter((id) => !before.has(id) && !killed.has(id));
    const looks = ids.map((id) => killMarked(id, wanted));
    ids.filter((_, index) => looks[index] === 'killed').forEach((id) => killed.add(id));
    if (looks.includes('killed')) continue;
    if (!looks.includes('unknown')) return;
    waits++;
    waitSync(1);
  }
}

function killMarked(id: string, marker: Buffer): 'killed' | 'left' | 'unknown' {
  try {
    const environment = readFileSync(`/proc/${id}/environ`);
    if (environment.length === 0) return isBetweenPrograms(id) ? 'unknown' : 'left';
    if (!environment.includes(marker)) return 'left';
    process.kill(Number(id), 'SIGKILL');
    return 'killed';
  } catch {
    return 'left'; // It ended meanwhile, or belongs to someone else.
  }
}

/** Whether the kernel may be about to start a program in this process, which has no environment for that moment; proc(5). */
function isBetweenPrograms(id: string): boolean {
  const { isRunning, parent } = readStat(readFileSync(`/proc/${id}/stat`, 'utf8'));
  return isRunning && parent !== kernelThreads;
}

/** The process that all threads of the kernel are children of. */
const kernelThreads = '2';

function waitSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
