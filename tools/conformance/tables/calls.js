// The calls that Tekton's own Go tests make, with what they gave back: its tests are run with the functions named wrapped.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The calls of each test in the order made: package, test, function, arguments before and after, results. Nothing when the tests
 * did not end within `limit` milliseconds.
 */
export function callsOf({ module, folder, packages, limit }) {
  const work = mkdtempSync(join(tmpdir(), 'bitiq-calls-'));
  try {
    cpSync(folder, work, { recursive: true });
    makeWritable(work);
    execFileSync('go', ['run', '.'], {
      cwd: join(import.meta.dirname, 'calls'),
      input: JSON.stringify({ module, folder: work, packages }),
      timeout: limit,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const printed = join(work, 'calls.jsonl');
    // Without the folder in them (-trimpath), what Go built before is used again.
    const { stdout, status, error } = spawnSync(
      'go',
      ['test', '-count=1', '-vet=off', '-trimpath', ...Object.keys(packages).map((name) => `./${name}`)],
      {
        cwd: work,
        timeout: limit,
        env: { ...process.env, BITIQ_CALLS: printed },
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (error?.code === 'ETIMEDOUT') return undefined;
    if (!existsSync(printed)) throw new Error(`The Go tests printed no calls (exit ${status}):\n${stdout}`);
    const failed = stdout.split('\n').filter((line) => /^(FAIL|--- FAIL|panic:)/.test(line));
    if (failed.length > 0) console.error(failed.join('\n'));
    return readFileSync(printed, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch (error) {
    if (error.code === 'ETIMEDOUT') return undefined;
    throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Files of the module cache are read-only. */
function makeWritable(path) {
  chmodSync(path, statSync(path).mode | 0o200);
  if (!statSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) makeWritable(join(path, name));
}
