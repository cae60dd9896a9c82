import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface ReplaceOptions {
  /** The permissions of the file, whatever the umask; `keep` those of the file that it replaces. Default: those of any new file. */
  readonly mode?: number | 'keep' | undefined;
  /** Whether the content must survive a power cut. Default: yes. A kill at any moment leaves a whole file in any case. */
  readonly flush?: boolean | undefined;
}

/** The content of a file, or a function that writes it to the path it is given. */
export type Content = string | Uint8Array | ((draft: string) => Promise<void>);

/**
 * Puts a file in place whole or not at all: a reader sees the old or the new content, also when the process is killed or another
 * writes the same file. The folder is made where it is missing, and a failure leaves the old file and nothing beside it.
 */
export async function replaceFile(
  path: string,
  content: Content,
  options: ReplaceOptions = {},
): Promise<void> {
  await withDraft(path, content, options, (draft) => rename(draft, path));
  if (options.flush ?? true) await flushFolder(dirname(path));
}

/** As `replaceFile`, where a file that is there already stays: false. Of several that write at once, one succeeds. */
export async function createFile(
  path: string,
  content: Content,
  options: ReplaceOptions = {},
): Promise<boolean> {
  return withDraft(path, content, options, async (draft) => {
    try {
      await link(draft, path); // unlike a rename, it fails when the file is there
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/** As `replaceFile`, without a promise and into a folder that is there. It is not flushed, as that would stop everything else. */
export function replaceFileSync(path: string, content: string | Uint8Array, mode?: number): void {
  const draft = draftOf(path);
  try {
    writeFileSync(draft, content, { mode, flag: 'wx' });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

async function withDraft<T>(
  path: string,
  content: Content,
  { mode, flush = true }: ReplaceOptions,
  use: (draft: string) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const permissions = mode === 'keep' ? await modeOf(path) : mode;
  const draft = draftOf(path);
  try {
    if (typeof content === 'function') await content(draft);
    const file = await open(draft, typeof content === 'function' ? 'r+' : 'wx', permissions);
    try {
      if (typeof content !== 'function') await file.writeFile(content);
      if (permissions !== undefined) await file.chmod(permissions);
      if (flush) await file.sync();
    } finally {
      await file.close();
    }
    return await use(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A name of its own, short enough beside any other. */
function draftOf(path: string): string {
  return join(dirname(path), `.bitiq-${randomBytes(9).toString('hex')}`);
}

async function modeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && found.mode & 0o7777;
}

/** Without it a power cut may take the new name away. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
