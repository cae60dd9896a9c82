import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all tests a temporary folder, a Git configuration and a cache of their own. */
export default function setup(): () => void {
  // Each project calls this; a folder within a folder would make paths too long for the sockets of agents.
  if (process.env['BITIQ_TEST_SHELF'] !== undefined) return () => undefined;
  // In small letters, as tools read folders of images as their names; open, as some steps run as another user.
  const parent = memoryFolder() ?? tmpdir();
  removeLeft(parent);
  const folder = join(parent, `bitiq-tests-${process.pid}-${randomUUID().slice(0, 8)}`);
  mkdirSync(folder, { mode: 0o755 });
  process.env['TMPDIR'] = folder;
  process.env['BITIQ_TEST_SHELF'] = join(folder, 'made-once');
  mkdirSync(process.env['BITIQ_TEST_SHELF']);
  // A file of its own and never /dev/null, which `git config --global` as root would replace. Repositories of a test stay small.
  const gitConfig = join(folder, 'gitconfig');
  writeFileSync(gitConfig, '[maintenance]\n\tauto = false\n[receive]\n\tautoGC = false\n');
  process.env['GIT_CONFIG_GLOBAL'] = gitConfig;
  // What Go built before is used again: it keeps that in the folder of caches, too.
  const cache = spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' });
  if (cache.status === 0) process.env['GOCACHE'] = cache.stdout.trim();
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** A folder in memory that has room for all tests and runs programs: Git waits there for no disk. */
function memoryFolder(): string | undefined {
  const folder = '/dev/shm';
  if (process.env['TMPDIR'] !== undefined || !existsSync(folder)) return undefined;
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 8e9) return undefined;
  const program = join(folder, `bitiq-tests-${randomUUID()}`);
  try {
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(program).status === 0 ? folder : undefined;
  } catch {
    return undefined;
  } finally {
    rmSync(program, { force: true });
  }
}

/** Removes the folders of runs that were killed. */
function removeLeft(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = /^bitiq-tests-(\d+)-[0-9a-f]{8}$/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`) && existsSync('/proc/self'))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}
