import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';

/** A text that changes when the program does; undefined for a script in front of it, which may start another program each time. */
export async function identifyProgram(program: string): Promise<string | undefined> {
  const path = await realpath(program).catch(() => undefined);
  if (path === undefined) return undefined;
  const { size, mtimeMs } = await stat(path);
  const isScript = size < 1024 * 1024;
  return isScript ? undefined : createHash('sha256').update([path, size, mtimeMs].join('\0')).digest('hex');
}
