import { chmod, stat } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Lets no other user of the machine into the state folder, whatever the umask: images, logs of services and remotes are in it. A folder
 * that was there before under a name of the user's is only spoken of, as it may be shared for a reason.
 */
export async function keepPrivate(state: string, note: (text: string) => void): Promise<void> {
  const { mode } = await stat(state);
  if ((mode & 0o077) === 0) return;
  // One that belongs to another user cannot be closed.
  if (basename(state) === '.bitiq' && (await isClosed(state))) return;
  note(`Other users of this machine can enter ${state}. \`chmod 700\` on it keeps them out.`);
}

async function isClosed(state: string): Promise<boolean> {
  try {
    await chmod(state, 0o700);
    return true;
  } catch {
    return false;
  }
}
