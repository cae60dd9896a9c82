import { mkdir, open, rename, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openQueue } from '../../process/queue.ts';

export interface LogFile {
  readonly path: string;
  /** Appends in the order of the calls; resolves when it is written, so a writer that waits holds little in memory. */
  append(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Opens a log that is kept below `maxBytes`: beyond it, it is renamed to `<path>.1` (replacing the one before) and a new one begins. */
export async function openLogFile(path: string, maxBytes: number): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true });
  let file: FileHandle | undefined = await open(path, 'a');
  let size = (await file.stat()).size;
  const writing = openQueue();

  async function write(chunk: Uint8Array): Promise<void> {
    if (file === undefined) return;
    if (size > 0 && size + chunk.length > maxBytes) {
      await file.close();
      await rename(path, `${path}.1`);
      file = await open(path, 'a');
      size = 0;
    }
    size += chunk.length;
    await file.appendFile(chunk);
  }

  return {
    path,
    append: (chunk) => writing.add(() => write(chunk)).catch(() => {}), // a full disk must not stop the service that logs
    async close() {
      await writing.idle();
      await file?.close();
      file = undefined;
    },
  };
}
