import { accessSync, constants, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasBusyboxShell } from './known-images.ts';

/** What Tekton puts before a script that does not say what starts it. */
export const defaultShebang = '#!/bin/sh\nset -e\n';

/** A script as it is written to a file, and what must stand before that file to start it. */
export interface PreparedScript {
  readonly text: string;
  readonly interpreter: readonly string[];
}

/**
 * A script with Tekton's default first line when it has none. When its interpreter does not stand where the script says
 * (images have programs elsewhere), the one of the same name on the PATH starts it; `ash`, and `/bin/sh` of an image that
 * has busybox, are those of busybox where this machine has it.
 */
export function prepareScript(script: string, path: string, image?: string): PreparedScript {
  const text = script.startsWith('#!') ? script : defaultShebang + script;
  const [program = '', ...rest] = text
    .slice(2, text.indexOf('\n') + 1 || undefined)
    .trim()
    .split(/\s+/);
  const option = rest.length > 0 ? [rest.join(' ')] : [];
  const isEnv = basename(program) === 'env' && rest.length === 1;
  const wanted = isEnv ? rest[0]! : program;
  if ((program === '/bin/sh' || wanted === 'sh') && hasBusyboxShell(image)) {
    const busybox = onPath('busybox', path);
    if (busybox) return { text, interpreter: [busybox, 'sh', ...(isEnv ? [] : option)] };
  }
  if (isEnv ? onPath(wanted, path) : existsSync(program)) return { text, interpreter: [] };
  const name = basename(wanted);
  const found = onPath(name, path) ?? (name === 'python' ? onPath('python3', path) : undefined);
  if (found) return { text, interpreter: [found, ...(isEnv ? [] : option)] };
  const busybox = name === 'ash' ? onPath('busybox', path) : undefined;
  return { text, interpreter: busybox ? [busybox, 'ash', ...(isEnv ? [] : option)] : [] };
}

function onPath(name: string, path: string): string | undefined {
  return path
    .split(':')
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
