import { spawn } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Mount } from './executor.ts';
import { isFolder, isThere, realPath } from './paths.ts';
import { quoteForShell } from '../../process/quote-for-shell.ts';

type Way = readonly string[] | 'none';

let known: Promise<Way> | undefined;

/** The arguments of `unshare` that give a process mounts of its own on this system; `none` where it is not allowed. */
export function mountNamespace(): Promise<Way> {
  return (known ??= findWay());
}

async function findWay(): Promise<Way> {
  if (process.platform !== 'linux') return 'none';
  for (const way of [['--mount'], ['--mount', '--user', '--map-root-user']])
    if (await succeeds('unshare', [...way, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])) return way;
  return 'none';
}

/** Whether a command ends with 0; one that cannot be started does not. */
export function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/**
 * A command that starts another one, given after it, with a root of its own: the folders of this machine, and the mounts at
 * their places. A folder of this machine in which a mount point is missing is covered by an overlay, so that nothing
 * is made outside the run. `root` is an empty folder that the new root is put on.
 */
export async function privateMounts(
  given: readonly Mount[],
  workingDir: string,
  root: string,
): Promise<string[]> {
  const way = await mountNamespace();
  if (way === 'none') throw new Error('no mount namespace');
  const option = way.includes('--user') ? ',userxattr' : '';
  // A link of this machine would lead from the new root to this machine itself, such as /var/run to /run.
  const place = async (path: string) => (isInMount(path, given) ? path : realPath(path));
  const mounts = await Promise.all(given.map(async (mount) => ({ ...mount, to: await place(mount.to) })));
  const start = await place(workingDir);
  const lines = [
    'set -e',
    'trap \'test $? = 0 || echo "bitiq could not give this step its mounts." >&2\' EXIT',
    showEntries,
    `mount -t tmpfs -o mode=755 tmpfs ${quoteForShell(root)}`,
    `cd ${quoteForShell(root)}`,
    'mkdir r u w',
  ];
  const binds: string[] = [];
  for (const entry of await readdir('/', { withFileTypes: true })) {
    const path = `/${entry.name}`;
    if (entry.isSymbolicLink())
      lines.push(`ln -s ${quoteForShell(await readlink(path))} ${quoteForShell(`r${path}`)}`);
    else if (entry.isDirectory()) binds.push(path);
  }
  lines.push(`mkdir ${binds.map((path) => quoteForShell(`r${path}`)).join(' ')}`);
  lines.push(...binds.map((path) => `mount --rbind ${quoteForShell(path)} ${quoteForShell(`r${path}`)}`));
  const missing = [...mounts.map(({ to }) => to), start].filter((path) => !isInMount(path, mounts));
  const covered = [...new Set((await Promise.all(missing.map(folderToCover))).flat())].sort();
  for (const [index, folder] of covered.entries()) {
    const target = quoteForShell(`r${folder}`);
    const options = quoteForShell(`lowerdir=${folder},upperdir=u/${index},workdir=w/${index}${option}`);
    lines.push(
      `mkdir u/${index} w/${index}`,
      `mount -t overlay overlay -o ${options} ${target} 2>/dev/null || show ${quoteForShell(folder)}`,
    );
    // An overlay shows nothing that is mounted below its folder; what is gone by then stays away.
    for (const path of await mountPointsIn(folder))
      lines.push(`mount --rbind ${quoteForShell(path)} ${quoteForShell(`r${path}`)} 2>/dev/null || :`);
  }
  for (const { from, to, readOnly } of mounts) {
    const target = quoteForShell(`r${to}`);
    if (await isFolder(from)) lines.push(`mkdir -p ${target}`);
    else lines.push(`mkdir -p ${quoteForShell(`r${dirname(to)}`)}`, `test -e ${target} || : > ${target}`);
    lines.push(`mount --bind ${quoteForShell(from)} ${target}`);
    if (readOnly) lines.push(`mount -o remount,bind,ro ${target}`);
  }
  lines.push(
    `mkdir -p ${quoteForShell(`r${start}`)}`,
    // It lies where the PATH of a user need not lead.
    'chroot=$(PATH=$PATH:/usr/sbin:/sbin; command -v chroot)',
    'trap - EXIT',
    `exec "$chroot" r /bin/sh -c 'cd "$0" && exec "$@"' ${quoteForShell(workingDir)} "$@"`,
  );
  return ['unshare', ...way, '--propagation', 'private', '/bin/sh', '-c', lines.join('\n'), 'sh'];
}

function isInMount(path: string, mounts: readonly Mount[]): boolean {
  return mounts.some(({ to }) => to !== path && path.startsWith(`${to}/`));
}

/**
 * Shows what is in a folder one by one, in an empty one: a user cannot lay an overlay over a folder in which others have
 * mounted something.
 */
const showEntries = `show() {
  mount -t tmpfs -o mode=755 tmpfs "r$1"
  for one in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -L "$one" ]; then ln -s "$(readlink "$one")" "r$one"
    elif [ -d "$one" ]; then mkdir "r$one"; mount --rbind "$one" "r$one"
    elif [ -e "$one" ]; then : > "r$one"; mount --bind "$one" "r$one"
    fi || :
  done
}`;

/** The folder of this machine in which a path is to be made: the last that is there; none where the path is, or nothing of it. */
async function folderToCover(path: string): Promise<string[]> {
  if (await isThere(path)) return [];
  const parent = dirname(path);
  if (parent === '/') return [];
  return (await isFolder(parent)) ? [parent] : folderToCover(parent);
}

/** Where something is mounted below a folder (proc(5)), but for what is in another one. */
async function mountPointsIn(folder: string): Promise<string[]> {
  const all = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path.startsWith(`${folder}/`));
  const paths = [...new Set(all)];
  return paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)));
}

/** The command that runs another one inside the namespace of a process. */
export async function insideNamespace(processId: number): Promise<string[]> {
  const way = await mountNamespace();
  const user = way !== 'none' && way.includes('--user') ? ['--user', '--preserve-credentials'] : [];
  return [
    'nsenter',
    '--target',
    String(processId),
    ...user,
    '--mount',
    `--root=${join('/proc', String(processId), 'root')}`,
  ];
}
