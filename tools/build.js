// Compiles src beside dist and then moves what changed into it, file by file: whoever runs dist meanwhile always finds every file.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const mark = join(dist, '.built');
const fresh = join(root, `dist.${process.pid}`);
const lock = join(root, 'node_modules/.bitiq-build.lock');
const asked = Date.now();

await takeLock();
try {
  // Another launcher may have built what this one was asked for while it waited.
  if (!existsSync(mark) || statSync(mark).mtimeMs < asked) await build();
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(lock, { force: true });
}

async function build() {
  const started = new Date();
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = 1;
    return;
  }
  await bundle();
  chmodSync(join(fresh, 'cli/main.js'), 0o755);
  const files = filesIn(fresh);
  for (const file of files) moveIntoPlace(file);
  if (existsSync(dist)) {
    for (const file of filesIn(dist)) if (!files.includes(file) && !mayBeRun(file)) rmSync(join(dist, file));
  }
  writeFileSync(`${fresh}/.built`, '');
  // What changes while the compiler runs is newer than the mark, and is built next time.
  utimesSync(`${fresh}/.built`, started, started);
  renameSync(`${fresh}/.built`, mark);
}

/**
 * Joins the command line and the library with their packages into few files, which node reads twice as fast as the hundreds they are
 * made of; these are what the package ships. The modules stay beside them in dist, for the tools of this repository. The command line
 * and the parts lie as deep below the root as the modules that look for it from where they stand.
 */
async function bundle() {
  const input = { 'cli/main': join(fresh, 'cli/main.js'), index: join(fresh, 'index.js') };
  const joined = await rolldown({ input, platform: 'node', cwd: root });
  await joined.write({
    dir: fresh,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'parts/[name]-[hash].js',
  });
  await joined.close();
}

/** A part of an earlier build, which a command that still runs may ask for; it is kept for a day. */
function mayBeRun(file) {
  return file.startsWith('parts/') && Date.now() - statSync(join(dist, file)).mtimeMs < 24 * 3_600_000;
}

function moveIntoPlace(file) {
  const [from, to] = [join(fresh, file), join(dist, file)];
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return;
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** One build at a time; a lock whose process has ended is taken over. */
async function takeLock() {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}`);
  for (;;) {
    try {
      linkSync(own, lock); // unlike a rename, it fails when the lock is there, and the lock is never empty
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned(lock)) dropLock(`${own}.dead`);
    else await sleep(50);
  }
  rmSync(own);
}

/** Takes an abandoned lock away by a name of one's own: whoever is second finds none, or puts back what was linked meanwhile. */
function dropLock(aside) {
  try {
    renameSync(lock, aside);
    if (!isAbandoned(aside)) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

/** Whether the process that a lock names has ended; a lock that is gone is not there to be taken. */
function isAbandoned(file) {
  try {
    const [pid, start] = readFileSync(file, 'utf8').split(' ');
    process.kill(Number(pid), 0);
    return start !== undefined && start !== startOf(pid); // another process may have got the id
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** When a process started, on Linux; elsewhere its id alone names it. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
