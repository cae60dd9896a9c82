// Everything that can be checked without running a test: format, lint, types, unused code, generated files, links.
// All of it runs and is reported, also when something failed. Exits 1 when anything did.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const checks = [
  ['format', bin('prettier'), ['--check', '--log-level=warn', '.']],
  ['lint', bin('oxlint'), ['--quiet', '.']],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['unused', bin('knip'), ['--no-progress']],
  ['generated', join(root, 'bitiq'), ['generate', '--check']],
  ['repository', join(root, 'bitiq'), ['check']],
  ['docs', process.execPath, ['tools/check-docs.js']],
  ['workflows', process.execPath, ['tools/check-workflows.js']],
];

/** Runs a command to its end and gives its exit code and all that it printed. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

// The launcher builds dist when it is stale; two of them at once would do it twice.
await run(join(root, 'bitiq'), ['--version']);

const failed = [];
const queue = [...checks];
await Promise.all(
  [0, 1].map(async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, command, args] = next;
      const started = performance.now();
      const { code, output } = await run(command, args);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds} s`);
      if (code !== 0) {
        failed.push(name);
        console.log(output.trimEnd());
      }
    }
  }),
);
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}.`);
process.exit(failed.length > 0 ? 1 : 0);
