import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readStat, startTimeOf } from './process-tree.ts';

/** Ends a process and all that it started, which may share its group with this process: SIGTERM, and SIGKILL after `graceMs` milliseconds. */
export async function endTree(pid: number, graceMs: number): Promise<void> {
  const all = await withDescendants(pid);
  const started = new Map(
    await Promise.all(all.map(async (each) => [each, await startTimeOf(each)] as const)),
  );
  for (const each of all) signal(each, 'SIGTERM');
  await sleep(graceMs);
  for (const each of all) {
    // Another process may have got the id since.
    const now = await startTimeOf(each).catch(() => undefined);
    if (now !== undefined && now === started.get(each)) signal(each, 'SIGKILL');
  }
}

async function withDescendants(pid: number): Promise<number[]> {
  const parents = await parentsOf().catch(() => new Map<number, number>());
  const found = [pid];
  for (const parent of found) for (const [child, of] of parents) if (of === parent) found.push(child);
  return found;
}

/** The parent of every process that runs. */
async function parentsOf(): Promise<ReadonlyMap<number, number>> {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    return new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]));
  }
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(ids.map((id) => readFile(`/proc/${id}/stat`, 'utf8').catch(() => '')));
  return new Map(ids.map((id, index) => [Number(id), Number(readStat(stats[index]!).parent ?? 0)]));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
