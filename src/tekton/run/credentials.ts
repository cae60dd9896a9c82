import { chmod, chown, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Credential } from '../plan/credentials.ts';
import { isThere } from './paths.ts';
import { sshFiles } from './ssh-credentials.ts';

/** Values of Secrets: name → key → value. */
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a home can get, as Tekton's entrypoint copies it. */
export const credentialEntries = ['.docker', '.gitconfig', '.git-credentials', '.ssh'] as const;

/**
 * The files that Tekton's creds-init writes (pkg/credentials): name → content. `seen` is the folder at which a step sees them,
 * as some name each other.
 */
export function credentialFiles(
  credentials: readonly Credential[],
  secrets: Secrets,
  seen: string,
): Map<string, string> {
  const files = new Map<string, string>();
  const valueOf = ({ secret }: Credential, key: string) => secrets[secret]?.[key] ?? '';
  const docker = dockerConfig(credentials, valueOf);
  if (docker !== undefined) files.set('.docker/config.json', docker);
  const basic = credentials.filter(({ kind }) => kind === 'basic-git');
  if (basic.length > 0) {
    const contexts = basic.map((one) => context(one.url, valueOf(one, 'username')));
    files.set('.gitconfig', ['[credential]\n\thelper = store\n', ...contexts].join(''));
    // Git takes the last that fits: those for a whole host come first.
    const ordered = [...basic.filter(({ url }) => !hasPath(url)), ...basic.filter(({ url }) => hasPath(url))];
    const lines = ordered.map((one) => withUser(one.url, valueOf(one, 'username'), valueOf(one, 'password')));
    files.set('.git-credentials', `${lines.join('\n')}\n`);
  }
  const ssh = sshFiles(
    credentials
      .filter(({ kind }) => kind === 'ssh-git')
      .map((one) => ({
        url: one.url,
        secret: one.secret,
        key: valueOf(one, 'ssh-privatekey'),
        knownHosts: valueOf(one, 'known_hosts'),
      })),
    `${seen}/.ssh`,
  );
  for (const [name, text] of ssh) {
    files.set(name, name === '.gitconfig' ? (files.get(name) ?? '') + text : text);
  }
  return files;
}

/** What must not be shown beside the values of the Secrets: their encoded forms in the files. */
export function credentialMasks(credentials: readonly Credential[], secrets: Secrets): string[] {
  return credentials
    .filter(({ kind }) => kind.startsWith('basic-'))
    .flatMap(({ secret }) => {
      const { username = '', password = '' } = secrets[secret] ?? {};
      return [escapeUser(password), Buffer.from(`${username}:${password}`).toString('base64')];
    });
}

/** Writes the files into a new folder, readable by their owner alone: `user`, where this process may give files away. */
export async function writeCredentials(
  files: ReadonlyMap<string, string>,
  folder: string,
  user: number | undefined,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const owns = async (path: string, mode: number) => {
    await chmod(path, mode);
    if (user !== undefined && process.getuid?.() === 0) await chown(path, user, -1);
  };
  await mkdir(folder, { mode: 0o700 });
  await owns(folder, 0o700);
  for (const [name, text] of files) {
    const [parent] = name.split('/');
    if (name.includes('/') && !(await isThere(join(folder, parent!)))) {
      await mkdir(join(folder, parent!), { mode: 0o700 });
      await owns(join(folder, parent!), 0o700);
    }
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await owns(join(folder, name), 0o600);
  }
}

/** Copies what was written into the home of a step, as Tekton's entrypoint does. */
export async function copyToHome(folder: string, home: string): Promise<void> {
  for (const entry of credentialEntries) {
    if (await isThere(join(folder, entry)))
      await cp(join(folder, entry), join(home, entry), { recursive: true });
  }
}

/** Removes the files and their copies. */
export async function removeCredentials(folder: string, homes: Iterable<string>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const home of homes) {
    for (const entry of credentialEntries) await rm(join(home, entry), { recursive: true, force: true });
  }
}

function dockerConfig(
  credentials: readonly Credential[],
  valueOf: (one: Credential, key: string) => string,
): string | undefined {
  const auths: Record<string, unknown> = {};
  const of = (kind: Credential['kind']) => credentials.filter((one) => one.kind === kind);
  for (const one of of('docker-cfg')) Object.assign(auths, JSON.parse(valueOf(one, '.dockercfg')));
  for (const one of of('docker-config')) {
    const { auths: given } = JSON.parse(valueOf(one, '.dockerconfigjson')) as { auths?: object };
    Object.assign(auths, given);
  }
  for (const one of of('basic-docker')) {
    const [username, password] = [valueOf(one, 'username'), valueOf(one, 'password')];
    const auth = Buffer.from(`${username}:${password}`).toString('base64');
    auths[one.url] = { username, password, auth, email: 'not@val.id' };
  }
  return Object.keys(auths).length === 0 ? undefined : JSON.stringify({ auths });
}

function context(url: string, username: string): string {
  const name = username.replaceAll('\\', '\\\\');
  const path = hasPath(url) ? '\tuseHttpPath = true\n' : '';
  return `[credential ${JSON.stringify(url)}]\n\tusername = ${name}\n${path}`;
}

function hasPath(url: string): boolean {
  return /^[a-z]+:\/\/[^/]+\/./i.test(url);
}

function withUser(url: string, username: string, password: string): string {
  const user = `${escapeUser(username)}:${escapeUser(password)}@`;
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)(?:[^/@]*@)?/i, (_, scheme: string) => scheme + user);
}

/** As Go's net/url writes the parts of a user. */
function escapeUser(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(24|26|2B|2C|3B|3D)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
