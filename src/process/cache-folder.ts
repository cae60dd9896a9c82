import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where things are kept that can be deleted at any time and are made again: `bitiq` in $XDG_CACHE_HOME, else in `~/.cache`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bitiq');
}
