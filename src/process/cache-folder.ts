import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from './atomic-write.ts';

/** Where things are kept that can be deleted at any time and are made again: `bitiq` in $XDG_CACHE_HOME, else in `~/.cache`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bitiq');
}

/** Writes a file of the cache, whole or not at all, also when others write it at the same time. */
export async function writeCacheFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, text, { mode: 0o600, flush: false });
}
