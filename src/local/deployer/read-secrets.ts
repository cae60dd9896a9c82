import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Workload } from './rendering.ts';

/** The secret values that a service uses, or what is missing and which file it belongs into. */
export type Secrets =
  | { readonly found: true; readonly values: Readonly<Record<string, string>> }
  | { readonly found: false; readonly message: string };

/** Reads the secrets that a workload names from `<directory>/<service>.env`; a workload that names none reads no file. */
export async function readSecrets(workload: Workload, directory: string): Promise<Secrets> {
  const named = workload.environment.filter((entry) => entry.kind !== 'value');
  if (named.length === 0) return { found: true, values: {} };
  const file = join(directory, `${workload.service}.env`);
  const content = await readOptional(file);
  const all = (content === undefined ? {} : parseEnv(content)) as Record<string, string>;
  if (named.some((entry) => entry.kind === 'all-secrets' && !entry.optional) && content === undefined) {
    return { found: false, message: `It needs secrets: write them into ${file} as KEY=value lines.` };
  }
  const keys = named.flatMap((entry) => (entry.kind === 'secret' ? [entry] : []));
  const missing = keys
    .filter((entry) => !entry.optional && all[entry.key] === undefined)
    .map((entry) => entry.key);
  if (missing.length > 0) {
    const which = [...new Set(missing)].join(', ');
    return { found: false, message: `It needs secrets: write ${which} into ${file} as KEY=value lines.` };
  }
  if (named.some((entry) => entry.kind === 'all-secrets')) return { found: true, values: all };
  const used = keys.flatMap(({ key }) => (all[key] === undefined ? [] : [[key, all[key]]]));
  return { found: true, values: Object.fromEntries(used) as Record<string, string> };
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
