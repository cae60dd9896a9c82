// `npm test`: the checks, then all tests. With arguments it runs only these tests: `npm test -- --project unit`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);

if (args.length === 0) run('tools/check.js');
run('node_modules/vitest/vitest.mjs', 'run', ...args);

/** Runs a program of Node.js to its end; this ends with it when it fails. */
function run(program, ...more) {
  const { status } = spawnSync(process.execPath, [join(root, program), ...more], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}
