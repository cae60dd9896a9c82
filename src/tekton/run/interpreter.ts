import { basename } from 'node:path';
import { findPrograms } from '../../process/find-program.ts';
import { hasBusyboxShell } from './known-images.ts';
import { isThere } from './paths.ts';

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
export async function prepareScript(script: string, path: string, image?: string): Promise<PreparedScript> {
  const text = script.startsWith('#!') ? script : defaultShebang + script;
  const [program = '', ...rest] = text
    .slice(2, text.indexOf('\n') + 1 || undefined)
    .trim()
    .split(/\s+/);
  const option = rest.length > 0 ? [rest.join(' ')] : [];
  const isEnv = basename(program) === 'env' && rest.length === 1;
  const wanted = isEnv ? rest[0]! : program;
  if ((program === '/bin/sh' || wanted === 'sh') && hasBusyboxShell(image)) {
    const busybox = await onPath('busybox', path);
    if (busybox) return { text, interpreter: [busybox, 'sh', ...(isEnv ? [] : option)] };
  }
  if (isEnv ? await onPath(wanted, path) : await isThere(program)) return { text, interpreter: [] };
  const name = basename(wanted);
  const found = (await onPath(name, path)) ?? (name === 'python' ? await onPath('python3', path) : undefined);
  if (found) return { text, interpreter: [found, ...(isEnv ? [] : option)] };
  const busybox = name === 'ash' ? await onPath('busybox', path) : undefined;
  return { text, interpreter: busybox ? [busybox, 'ash', ...(isEnv ? [] : option)] : [] };
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  return (await findPrograms(name, path))[0];
}
