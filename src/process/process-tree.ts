import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Names the moment a process started, so that a process id together with it is never mistaken for a later process; undefined when
 * no such process runs (a zombie does not run).
 */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const { isRunning, startTime } = readStat(stat);
    return isRunning ? `${boot.trim()}/${startTime}` : undefined;
  } catch (error) {
    return hasProcFolder() ? undefined : startTimeByPs(pid, error);
  }
}

/** Sends a signal to every process of a group; false when the group has none. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true; // macOS says so of a group of zombies
    return false;
  }
}

/**
 * Ends a process group that is not a child of this process: SIGTERM, and SIGKILL after `graceMs` milliseconds; its leader runs no
 * more when this resolves.
 */
export async function endGroup(leader: number, graceMs: number): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  await waitForEnd(leader, graceMs);
  signalGroup(leader, 'SIGKILL');
  await waitForEnd(leader, killedMs);
}

/** How long a killed process may take to be gone: it ends when the machine gives it its next turn, which is soon but for a busy one. */
const killedMs = 10_000;

/** Resolves when no process of a group that was killed runs any more (a zombie does not run), after `withinMs` at the latest. */
export async function killedGroupIsGone(group: number, withinMs = killedMs): Promise<void> {
  const until = performance.now() + withinMs;
  for (let looks = 0; signalGroup(group, 0) && performance.now() < until; looks++) {
    // Zombies that no parent collects count as members; most groups are gone before it is worth looking for them.
    if (looks >= 3 && !(await hasRunningProcess(group))) return;
    await sleep(5);
  }
}

async function hasRunningProcess(group: number): Promise<boolean> {
  if (!hasProcFolder()) return runningGroupsByPs().then((groups) => groups.has(group));
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return stats.map(readStat).some((stat) => stat.isRunning && stat.group === String(group));
}

/** What `/proc/<id>/stat` says of a process; a zombie does not run. proc(5): the name in parentheses may hold anything. */
export function readStat(stat: string): {
  readonly isRunning: boolean;
  readonly parent: string | undefined;
  readonly group: string | undefined;
  readonly startTime: string | undefined;
} {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  return { isRunning: state !== 'Z' && state !== 'X', parent, group, startTime: fields[19] };
}

async function runningGroupsByPs(): Promise<ReadonlySet<number>> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,stat=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return new Set(rows.filter(([, state = 'Z']) => !state.startsWith('Z')).map(([group]) => Number(group)));
}

async function waitForEnd(pid: number, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  while (performance.now() < until && (await startTimeOf(pid)) !== undefined) await sleep(10);
}

function hasProcFolder(): boolean {
  return process.platform === 'linux';
}

async function startTimeByPs(pid: number, cause: unknown): Promise<string | undefined> {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env });
    const [state = '', ...started] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch (error) {
    // ps ends with 1 when it knows no such process; anything else means that ps itself is not there.
    if ((error as { code?: unknown }).code === 1) return undefined;
    throw cause;
  }
}
