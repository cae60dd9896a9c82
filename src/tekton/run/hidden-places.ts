import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ExecuteOptions } from './options.ts';
import { isFolder, isThere, realPath } from './paths.ts';
import { succeeds } from './private-mounts.ts';
import { findPrograms } from '../../process/find-program.ts';
import { quoteForShell } from '../../process/quote-for-shell.ts';

/** Where programs keep logins and keys, below the home of a user. */
const secretPlaces = [
  ...['.ssh', '.gnupg', '.netrc', '.git-credentials', '.config/git/credentials', '.password-store'],
  ...['.npmrc', '.yarnrc', '.yarnrc.yml', '.pypirc', '.cargo/credentials', '.cargo/credentials.toml'],
  ...['.gem/credentials', '.m2/settings.xml', '.gradle/gradle.properties', '.config/configstore'],
  ...['.docker', '.config/containers', '.config/helm/registry', '.kube', '.terraform.d', '.vault-token'],
  ...['.aws', '.azure', '.config/gcloud', '.config/gh', '.config/hub', '.config/glab-cli', '.config/doctl'],
  ...['.config/op', '.config/sops', '.local/share/keyrings', '.pgpass', '.my.cnf'],
  ...['.mozilla', '.config/google-chrome', '.config/chromium', '.bash_history', '.zsh_history'],
];

/** Variables whose files steps read. */
const readVariables = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'npm_config_cafile'];

/**
 * The places of this machine that no step of a run is to see: logins and keys in the home of the user, the sockets of the session, and
 * what the caller names. A place that holds something of the run itself stays as it is.
 */
export async function placesToHide(options: ExecuteOptions): Promise<string[]> {
  if (options.executor.kind !== 'process') return [];
  const { homedir, uid } = userInfo();
  const homes = [...new Set([homedir, process.env['HOME'] ?? ''])].filter((home) => home.length > 1);
  const places = [
    ...homes.flatMap((home) => secretPlaces.map((place) => join(home, place))),
    `/run/user/${uid}`,
    ...(options.hidden ?? []),
  ];
  const needed = [
    ...[options.directory, options.work, options.claims, process.execPath, ...(options.path ?? [])],
    ...Object.values(options.volumes ?? {}),
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...readVariables.map((name) => options.env?.[name]),
  ].flatMap((path) => (path ? [path] : []));
  const inTheWay = await Promise.all(needed.map(realPath));
  const there = await Promise.all(
    places.map(async (place) => ((await isThere(place)) ? [await realPath(place)] : [])),
  );
  return [...new Set(there.flat())].filter(
    (place) => !inTheWay.some((path) => path === place || path.startsWith(`${place}/`)),
  );
}

/** How this system lets a process hide something from another one, for who runs it; undefined where it does not. */
export function wayToHide(): Promise<readonly string[] | undefined> {
  return (known ??= findWay());
}

let known: Promise<readonly string[] | undefined> | undefined;

async function findWay(): Promise<readonly string[] | undefined> {
  const [unshare, mount, setpriv] = await Promise.all(['unshare', 'mount', 'setpriv'].map(findTool));
  if (process.platform !== 'linux' || !unshare || !mount || !setpriv) return undefined;
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? [] : ['--user', '--map-current-user', '--keep-caps'];
  // Anyone who has no rights over the mounts cannot take them away again.
  const drop = isRoot ? [] : [setpriv, '--ambient-caps=-all', '--inh-caps=-all', '--bounding-set=-all', '--'];
  const way = [unshare, ...user, '--mount', '--propagation', 'private', '/bin/sh', '-c'];
  const script = `${mount} -t tmpfs -o ro tmpfs /mnt && ${mount} --bind /dev/null /etc/passwd && exec "$@"`;
  const [program = '', ...args] = [...way, script, 'sh', ...drop, 'test', '!', '-s', '/etc/passwd'];
  return (await succeeds(program, args)) ? [mount, drop.join(' '), ...way] : undefined;
}

/** The command that starts another one, given after it, where the places are empty; none where there is nothing to hide or no way to. */
export async function hide(places: readonly string[]): Promise<string[]> {
  const way = places.length === 0 ? undefined : await wayToHide();
  if (way === undefined) return [];
  const [mount = '', drop = '', ...start] = way;
  const lines: string[] = [];
  for (const place of places) {
    if (place.endsWith('.xml')) {
      lines.push(`${emptyXml(mount, quoteForShell(place))} || ${couldNot}`);
      continue;
    }
    const what = (await isFolder(place)) ? '-t tmpfs -o ro,size=4k,mode=755 tmpfs' : '--bind /dev/null';
    lines.push(`${mount} ${what} ${quoteForShell(place)} || ${couldNot}`);
  }
  return [...start, [...lines, `exec ${drop} "$@"`].join('\n'), 'sh'];
}

const couldNot = "echo 'bitiq could not hide a place with logins from this step.' >&2";

/** Puts a file in the place of Maven's settings that has none: a file without any text is a fault to Maven. */
function emptyXml(mount: string, place: string): string {
  const bind = `printf '<settings/>' >/mnt/settings && ${mount} --bind /mnt/settings ${place}`;
  return `{ ${mount} -t tmpfs -o size=4k tmpfs /mnt && { ${bind}; done=$?; ${mount.replace(/mount$/, 'umount')} -l /mnt; [ $done = 0 ]; }; }`;
}

async function findTool(name: string): Promise<string | undefined> {
  const path = [process.env['PATH'] ?? '', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(delimiter);
  return (await findPrograms(name, path)).find((file) => /^\/[\w./+-]*$/.test(file));
}
