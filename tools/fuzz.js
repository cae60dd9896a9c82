// `npm run fuzz -- [target [file]]`: random inputs for one target, or for each in turn, until Ctrl-C or a failure. With a file it reads
// that one input, and with BITIQ_SEED=<number> it does one round with that seed.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const targets = readdirSync(join(root, 'test/fuzz/targets')).map((file) => file.replace(/\.ts$/, ''));
const [target = '', file = ''] = process.argv.slice(2);
if (target !== '' && !targets.includes(target)) {
  console.error(`There is no target ${target}. There are: ${targets.join(', ')}.`);
  process.exit(2);
}
const vitest = join(root, 'node_modules/.bin/vitest');
const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.fuzz.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, BITIQ_FUZZ_TARGET: target, BITIQ_FUZZ_INPUT: file && resolve(file) },
});
// The terminal sends Ctrl-C to both; this one waits for the other.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 130));
