// Compiles src into dist, beside the old one, and swaps them: a second launcher never sees half a build.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fresh = join(root, `dist.${process.pid}`);
const started = new Date();

// Types are checked by `npm run check`; here they would only keep a person waiting.
const built = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(root, 'tsconfig.build.json'),
    '--noCheck',
    '--outDir',
    fresh,
  ],
  { stdio: 'inherit' },
);
if (built.status !== 0) {
  rmSync(fresh, { recursive: true, force: true });
  process.exit(1);
}
chmodSync(join(fresh, 'cli/main.js'), 0o755);
writeFileSync(join(fresh, '.built'), '');
// What changes while the compiler runs is newer than the mark, and is built next time.
utimesSync(join(fresh, '.built'), started, started);

const old = join(root, `dist.old.${process.pid}`);
if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old);
renameSync(fresh, join(root, 'dist'));
rmSync(old, { recursive: true, force: true });
