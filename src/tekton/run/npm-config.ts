import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a TaskRun its own copy of an npm configuration, readable by the user alone; does nothing where there is none. That in the home of
 * the user is copied without its logins: who wants steps to have one names another file.
 */
export async function copyNpmConfig(from: string | undefined, to: string): Promise<void> {
  if (from === undefined) return;
  const homes = [userInfo().homedir, process.env['HOME'] ?? ''];
  const isPersonal = homes.some((home) => from === join(home, '.npmrc'));
  try {
    const content = await readFile(from);
    await writeFile(to, isPersonal ? withoutLogins(content.toString('utf8')) : content, { mode: 0o600 });
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const logins = new Set(['_auth', '_authtoken', '_password', 'username', 'password', 'key', 'keyfile', 'otp']);

/** The lines that hold no login, such as those that say where the registry is, and which certificates to trust. */
export function withoutLogins(text: string): string {
  return text
    .split('\n')
    .filter((line) => {
      const name = line.split('=')[0]!.trim().split(':').at(-1)!.replace(/\[\]$/, '');
      return !logins.has(name.toLowerCase());
    })
    .map((line) => line.replace(/:\/\/[^/\s@]*@/g, '://'))
    .join('\n');
}
