import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../process/cache-folder.ts';

/** The folder that holds package.json: the same from src/cli and from dist/cli. */
export function toolkitRoot(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..');
}

/**
 * Where this bitiq keeps what it makes: `.bitiq` in its checkout. A package that npm installed is not written to, as it may belong to
 * another user and goes with the next update; it keeps things in `.bitiq` of the user's cache folder.
 */
export function keptFolder(root = toolkitRoot()): string {
  return root.split(sep).includes('node_modules') ? join(cacheFolder(), '.bitiq') : join(root, '.bitiq');
}
