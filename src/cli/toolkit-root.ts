import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json: the same from src/cli and from dist/cli. */
export function toolkitRoot(): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', '..');
}
