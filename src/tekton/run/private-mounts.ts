import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, statSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount } from './executor.ts';

let known: readonly string[] | 'none' | undefined;

/** The arguments of `unshare` that give a process mounts of its own on this system; `none` where it is not allowed. */
export function mountNamespace(): readonly string[] | 'none' {
  if (known !== undefined) return known;
  const ways = [['--mount'], ['--mount', '--user', '--map-root-user']];
  const isAllowed = (way: readonly string[]) =>
    spawnSync('unshare', [...way, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;
  known = process.platform === 'linux' ? (ways.find(isAllowed) ?? 'none') : 'none';
  return known;
}

/**
 * A command that starts another one, given after it, with a root of its own: the folders of this machine, and the mounts at
 * their places. A folder of this machine in which a mount point is missing is covered by an overlay, so that nothing
 * is made outside the run. `root` is an empty folder that the new root is put on.
 */
export function privateMounts(mounts: readonly Mount[], workingDir: string, root: string): string[] {
  const way = mountNamespace();
  if (way === 'none') throw new Error('no mount namespace');
  const inUserNamespace = way.includes('--user');
  const covered = new Set(
    [...mounts.map(({ to }) => to), workingDir].flatMap((path) => missingBelow(path, mounts)),
  );
  const lines = [
    'set -e',
    'trap \'test $? = 0 || echo "bitiq could not give this step its mounts." >&2\' EXIT',
    `mount -t tmpfs -o mode=755 tmpfs ${quote(root)}`,
    `cd ${quote(root)}`,
    'mkdir r u w',
  ];
  const binds: string[] = [];
  for (const name of readdirSync('/')) {
    const path = `/${name}`;
    const link = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
    if (link !== undefined) lines.push(`ln -s ${quote(link)} ${quote(`r${path}`)}`);
    else if (covered.has(path)) {
      const options = `lowerdir=${path},upperdir=u${path},workdir=w${path}${inUserNamespace ? ',userxattr' : ''}`;
      lines.push(
        `mkdir ${quote(`r${path}`)} ${quote(`u${path}`)} ${quote(`w${path}`)}`,
        `mount -t overlay overlay -o ${quote(options)} ${quote(`r${path}`)}`,
      );
    } else if (isFolder(path)) binds.push(path);
  }
  if (binds.length > 0) lines.push(`mkdir ${binds.map((path) => quote(`r${path}`)).join(' ')}`);
  lines.push(...binds.map((path) => `mount --rbind ${quote(path)} ${quote(`r${path}`)}`));
  for (const { from, to, readOnly } of mounts) {
    const target = quote(`r${to}`);
    if (isFolder(from)) lines.push(`mkdir -p ${target}`);
    else lines.push(`mkdir -p ${quote(`r${dirname(to)}`)}`, `test -e ${target} || : > ${target}`);
    lines.push(`mount --bind ${quote(from)} ${target}`);
    if (readOnly) lines.push(`mount -o remount,bind,ro ${target}`);
  }
  lines.push(
    `mkdir -p ${quote(`r${workingDir}`)}`,
    // It lies where the PATH of a user need not lead.
    'chroot=$(PATH=$PATH:/usr/sbin:/sbin; command -v chroot)',
    'trap - EXIT',
    `exec "$chroot" r /bin/sh -c 'cd "$0" && exec "$@"' ${quote(workingDir)} "$@"`,
  );
  return ['unshare', ...way, '--propagation', 'private', '/bin/sh', '-c', lines.join('\n'), 'sh'];
}

/** The top folder of this machine in which a path is to be made, when it lies neither there nor in another mount. */
function missingBelow(path: string, mounts: readonly Mount[]): string[] {
  const isInside = mounts.some(({ to }) => to !== path && `${path}/`.startsWith(`${to}/`));
  const top = `/${path.split('/')[1] ?? ''}`;
  if (isInside || path === '/' || path === top || !isFolder(top) || existsSync(path)) return [];
  return [top];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The command that runs another one inside the namespace of a process. */
export function insideNamespace(processId: number): string[] {
  const way = mountNamespace();
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
