import { resolve } from 'node:path';
import type { GitSettings } from './patience.ts';
import { gitText } from './git.ts';

/** The two addresses of a remote that is fetched from one and pushed to another, as Git uses them. */
export interface Split {
  readonly fetch: string;
  /** Git pushes to all of them. */
  readonly push: readonly string[];
}

/** Whether the settings can make pushes to a remote go elsewhere than fetches come from. */
const splitting = /^(?:remote\..*\.pushurl|url\..*\.pushinsteadof)$/;

/** The addresses of a remote where they are not one and the same, however they are written; asks git only where a setting may split them. */
export async function readSplit(
  directory: string,
  { remote, settings }: { readonly remote: string; readonly settings: GitSettings },
): Promise<Split | undefined> {
  if (![...settings.keys()].some((key) => splitting.test(key))) return undefined;
  const read = async (args: readonly string[]) => {
    const text = await gitText(directory, ['remote', 'get-url', '--all', ...args, remote], {
      to: 'read the addresses of the remote',
      allow: [0, 2, 128],
    });
    return text.split('\n').filter((url) => url !== '');
  };
  const [[fetch], push] = await Promise.all([read([]), read(['--push'])]);
  if (fetch === undefined || push.length === 0) return undefined;
  const places = new Set([fetch, ...push].map((url) => placeOf(url, directory)));
  return places.size === 1 ? undefined : { fetch, push };
}

/** Host and path of an address, without what differs between https and ssh; the whole path of a folder. */
function placeOf(url: string, directory: string): string {
  const { host, path } = partsOf(url) ?? { host: '', path: resolve(directory, url) };
  const parts = path.split('/').filter((part) => part !== '');
  return `${host.toLowerCase()}/${parts.join('/').replace(/\.git$/, '')}`;
}

function partsOf(url: string): { readonly host: string; readonly path: string } | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url) && URL.canParse(url)) {
    const { hostname, pathname } = new URL(url);
    return { host: hostname, path: pathname };
  }
  const end = url.indexOf(':');
  if (end < 0 || url.slice(0, end).includes('/')) return undefined;
  return { host: url.slice(url.slice(0, end).indexOf('@') + 1, end), path: url.slice(end + 1) };
}
