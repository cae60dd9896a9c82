import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** The built command line, as arguments of node. */
export const bitiq = join(root, 'dist/cli/main.js');

/** Who writes in a measurement, and a Git that sees nothing of the machine. */
export const env = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null/gitconfig',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@example.com',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.com',
};

/** Milliseconds of one process from its start to its end; an exit code that is not allowed ends the bench with what was said. */
export function timeOf(command, args, { allow = [0], ...options } = {}) {
  const started = performance.now();
  const done = spawnSync(command, args, { env, maxBuffer: 1 << 30, encoding: 'utf8', ...options });
  const ms = performance.now() - started;
  if (!allow.includes(done.status)) {
    throw new Error(
      `${command} ${args.join(' ')} ended with ${done.status}:\n${done.stderr}${done.error ?? ''}`,
    );
  }
  return ms;
}

/** The medians of several things, measured in turns so that what else the machine does hits all alike. */
export function medians(runs, things) {
  const times = things.map(() => []);
  for (let run = 0; run < runs; run++) things.forEach((thing, index) => times[index].push(thing(run)));
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)]);
}

/** Runs `use` with a folder that is gone afterwards. */
export async function inFolder(use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-bench-')));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Makes a repository with tools/bench/make-ledger.js. */
export function makeLedger(folder, { services, releases, commits }) {
  const size = ['--services', services, '--releases', releases, '--commits', commits].map(String);
  timeOf(process.execPath, [join(root, 'tools/bench/make-ledger.js'), folder, ...size]);
}
