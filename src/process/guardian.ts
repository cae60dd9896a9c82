import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a shell does that holds the other end of a pipe: it keeps a list of what this process has started, and when the pipe
 * closes, however this process ended, it ends and removes all that is still in the list. `$1` is the mark that every process
 * carries in its environment; those that left their group are found by it on Linux. A process that was just forked carries it only
 * once its program is loaded, so the guardian looks for a second more where anything may have been started.
 */
const script = `
trap '' INT TERM HUP QUIT
without() { kept=; for each in $2; do [ "$each" = "$1" ] || kept="$kept $each"; done; }
groups= folders= podman= docker=
while read -r what name; do
  case $what in
    +group) groups="$groups $name" ;;
    -group) without "$name" "$groups"; groups=$kept ;;
    +podman) podman="$podman $name" ;;
    -podman) without "$name" "$podman"; podman=$kept ;;
    +docker) docker="$docker $name" ;;
    -docker) without "$name" "$docker"; docker=$kept ;;
    +folder) folders="$folders $name" ;;
    -folder) without "$name" "$folders"; folders=$kept ;;
  esac
done
turn=0 quiet=0 enough=2
[ -z "$groups$folders" ] || enough=20
while [ $quiet -lt $enough ] && [ $turn -lt 400 ]; do
  found=
  for group in $groups; do kill -KILL -- "-$group" 2>/dev/null && found=1; done
  for file in $(grep -lsF -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null && found=1
  done
  if [ -n "$found" ]; then quiet=0; else quiet=$((quiet + 1)); fi
  turn=$((turn + 1))
  sleep 0.05
done
for name in $podman; do podman pod rm --force --time 0 "$name"; done
for name in $docker; do
  for id in $(docker ps --all --quiet --filter "name=^/$name-"); do docker rm --force --volumes "$id"; done
  docker network rm "$name"
done
for name in $folders; do
  folder=$(printf '%b.' "$name")
  folder=\${folder%.}
  rm -rf -- "$folder" || { chmod -R u+rwX -- "$folder"; rm -rf -- "$folder"; }
done
`;

/** What a guardian can be told of: a process group, a folder of this process alone, or a pod or network by its name. */
export type Guarded = 'group' | 'folder' | 'podman' | 'docker';

/** The entry of the environment that marks every process which must not outlive this one. */
export const guardMark: readonly [name: string, value: string] = [
  'BITIQ_GUARD',
  randomBytes(12).toString('hex'),
];

let guardian: ChildProcess | undefined;

/** Has something ended or removed should this process end before it is let go. */
export function guard(what: Guarded, name: string | number): void {
  tell(`+${what} ${asWord(what, name)}\n`);
}

/** A new folder in the temporary folder of the machine, guarded before it is there; who made it removes it and lets it go. */
export async function makeGuardedFolder(what: string): Promise<string> {
  const folder = join(tmpdir(), `bitiq-${what}-${randomBytes(9).toString('hex')}`);
  guard('folder', folder);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Ends what `guard` began. */
export function letGo(what: Guarded, name: string | number): void {
  tell(`-${what} ${asWord(what, name)}\n`);
}

/** One word of a line, whatever is in the name: a folder as the octal escapes of its bytes, as printf reads them. */
function asWord(what: Guarded, name: string | number): string {
  if (what === 'folder')
    return [...Buffer.from(String(name))].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  if (/^[\w.-]+$/.test(String(name))) return String(name);
  throw new Error(`The guardian cannot be told of the ${what} ${JSON.stringify(name)}.`);
}

function tell(line: string): void {
  guardian ??= start();
  guardian.stdin?.write(line);
}

/** In a session of its own, so that Ctrl-C does not reach it; it keeps this process from nothing. */
function start(): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script, 'bitiq-guardian', guardMark.join('=')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  // Without it a process that is killed leaves what it started, and the next start removes that.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return child;
}
