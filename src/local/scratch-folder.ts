import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from '../process/cache-folder.ts';
import { removeFolder } from '../process/remove-folder.ts';

/**
 * The folder that services and steps run in. Node looks for packages, and for how a program is to be read, in every folder above it, so
 * what a checkout has for itself would be found by services that lack it on a cluster. It is the state folder where no folder above has
 * packages, and else one for this state among the user's caches or temporary files, which only the user can enter.
 */
export async function scratchFolder(state: string): Promise<string> {
  const real = await realpath(state);
  const name = createHash('sha256').update(real).digest('hex').slice(0, 16);
  const places = [join(cacheFolder(), 'loops'), join(tmpdir(), `bitiq-${userInfo().uid}`)];
  const place = isUnfit(real) ? places.find((each) => !isUnfit(each)) : undefined;
  if (place === undefined) return state;
  await ownFolder(place);
  await forgetLostStates(place);
  const folder = join(place, name);
  await ownFolder(folder);
  await writeFile(join(folder, stateFile), `${real}\n`, { mode: 0o600 });
  return realpath(folder);
}

const stateFile = 'state';

/** A colon in the name of a folder ends it on PATH. */
function isUnfit(folder: string): boolean {
  return folder.includes(delimiter) || hasPackagesAbove(folder);
}

/** Whether Node would find packages, or a kind of program, in a folder or in one above it. */
function hasPackagesAbove(folder: string): boolean {
  if (['node_modules', 'package.json'].some((name) => existsSync(join(folder, name)))) return true;
  return dirname(folder) !== folder && hasPackagesAbove(dirname(folder));
}

/** Makes a folder that no other user can enter. One that another user has put there is an error. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== userInfo().uid)
    throw new Error(
      `${folder} belongs to another user, or is not a folder. Remove it, or set XDG_CACHE_HOME.`,
    );
  await chmod(folder, 0o700);
}

/** Removes what belongs to states that are gone. */
async function forgetLostStates(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const state = await readFile(join(place, name, stateFile), 'utf8').catch(() => undefined);
    if (state !== undefined && !existsSync(state.trimEnd()))
      await removeFolder(join(place, name)).catch(() => {});
  }
}
