import { readFileSync, writeFileSync } from 'node:fs';

/** Gives a TaskRun its own copy of the user's npm configuration, readable by the user alone; does nothing where there is none. */
export function copyNpmConfig(from: string | undefined, to: string): void {
  if (from === undefined) return;
  try {
    writeFileSync(to, readFileSync(from), { mode: 0o600 });
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
