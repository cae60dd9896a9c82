import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrograms } from '../../src/process/find-program.ts';

/** An image with busybox and its applets, a user 1000, and a folder that everyone can write; made here, as nothing is pulled. */
export const busyboxImage = 'localhost/bitiq-test/busybox:1';

/** What Podman needs where cgroups are of version 1 and limits cannot be raised; its Docker API takes soft for hard. */
const containersConf = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=2048:2048"]
pids_limit = 0
[engine]
runtime = "RUNTIME"
`;

/** Whether containers run here by Podman or Docker; sets what Podman needs for it, and makes the image. */
export async function engineWorks(engine: 'docker' | 'podman'): Promise<boolean> {
  if (
    !(await onPath(engine)) ||
    spawnSync(engine, ['info'], { stdio: 'ignore', timeout: 120_000 }).status !== 0
  )
    return false;
  if (!(await importImage(engine))) return false;
  const runs = () =>
    spawnSync(engine, ['run', '--rm', '--init', busyboxImage, 'true'], { stdio: 'ignore' }).status === 0;
  if (runs()) return true;
  if (engine === 'docker') return false;
  return ['crun', 'runc'].some((runtime) => {
    const file = join(mkdtempSync(join(tmpdir(), 'bitiq-podman-')), 'containers.conf');
    writeFileSync(file, containersConf.replace('RUNTIME', runtime));
    process.env['CONTAINERS_CONF'] = file;
    return runs();
  });
}

/** A file with the folders and programs that an image of Node.js needs, in the layout of this machine; for `podman import`. */
export function archiveNode(archive: string): void {
  const root = mkdtempSync(join(tmpdir(), 'bitiq-image-'));
  const node = realpathSync(process.execPath);
  const libraries = spawnSync('ldd', [node], { encoding: 'utf8' }).stdout.match(/\/[^\s()]+/g) ?? [];
  for (const folder of ['tmp', 'usr/bin']) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o777);
  cpSync(node, join(root, 'usr/bin/node'));
  for (const file of libraries) cpSync(file, join(root, file), { dereference: true, recursive: true });
  packImage(root, archive);
}

async function importImage(engine: string): Promise<boolean> {
  // An image that is imported again leaves the earlier one without a name.
  if (spawnSync(engine, ['image', 'inspect', busyboxImage], { stdio: 'ignore' }).status === 0) return true;
  const busybox = await onPath('busybox');
  if (!busybox) return false;
  const root = mkdtempSync(join(tmpdir(), 'bitiq-image-'));
  for (const folder of ['bin', 'etc', 'root', 'tmp']) mkdirSync(join(root, folder));
  chmodSync(join(root, 'tmp'), 0o777);
  cpSync(busybox, join(root, 'bin/busybox'), { dereference: true });
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  for (const applet of applets.filter((name) => name !== 'busybox'))
    symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n');
  const archive = `${root}.tar`;
  packImage(root, archive);
  const change = ['ENV PATH=/bin', 'CMD ["echo","the command of the image"]'].flatMap((line) => [
    '--change',
    line,
  ]);
  const { status } = spawnSync(engine, ['import', ...change, archive, busyboxImage], { stdio: 'ignore' });
  rmSync(archive);
  return status === 0;
}

/** Moves a folder into an archive of root's files. */
function packImage(root: string, archive: string): void {
  spawnSync('tar', ['-C', root, '--owner=0', '--group=0', '--mode=a+rX', '-cf', archive, '.']);
  rmSync(root, { recursive: true });
}

async function onPath(name: string): Promise<string | undefined> {
  return (await findPrograms(name, process.env['PATH']))[0];
}
