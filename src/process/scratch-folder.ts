import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTimeOf } from './process-tree.ts';

let swept: Promise<void> | undefined;

/**
 * A new folder in the temporary folder of the machine that `use` has until it ends. What a killed process of the same user left is
 * removed on the first use by a later one.
 */
export async function inScratchFolder<T>(what: string, use: (folder: string) => Promise<T>): Promise<T> {
  const own = await ownName();
  swept ??= sweep(tmpdir()).catch(() => {});
  const folder = await mkdtemp(join(tmpdir(), `bitiq-${what}-${own}-`));
  try {
    return await use(folder);
  } finally {
    await Promise.all([rm(folder, { recursive: true, force: true }), swept]);
  }
}

/** `<machine>-<process>-<start>`: processes are numbered by the machine, and on Linux by their namespace. */
async function ownName(): Promise<string> {
  return `${await machine()}-${process.pid}-${await startOf(process.pid)}`;
}

async function machine(): Promise<string> {
  const host = hostname().replace(/[^A-Za-z0-9]/g, '_');
  try {
    return `${host}_${(await readlink('/proc/self/ns/pid')).replace(/\D/g, '')}`;
  } catch {
    return host;
  }
}

async function startOf(pid: number): Promise<string> {
  return ((await startTimeOf(pid)) ?? '').replace(/\W/g, '');
}

/** Removes the folders of processes of this machine that are gone. What belongs to others stays: it cannot be removed. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, on, pid, start] = /^bitiq-[a-z]+-(\w+)-(\d+)-(\w*)-\w+$/.exec(name) ?? [];
    if (on !== (await machine()) || pid === undefined || (await startOf(Number(pid))) === start) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {});
  }
}
