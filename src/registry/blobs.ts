import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import {
  link,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BitiqError } from '../model/errors.ts';
import { digestOf } from './digest.ts';
import type { Descriptor } from './image-types.ts';

type Blob = Pick<Descriptor, 'digest' | 'size'>;

const staleAfterMs = 3_600_000;
const atOnce = 3;

/** Puts bytes under their digest: whole or not at all, also when the process is killed. Writing twice is harmless. */
export async function writeBlob(folder: string, bytes: Uint8Array): Promise<string> {
  const digest = digestOf(bytes);
  if (!(await hasBlob(folder, { digest, size: bytes.length })))
    await writeWhole(folder, blobPath(folder, digest), bytes);
  return digest;
}

/**
 * Streams a blob to disk. It appears under its digest only when its size and digest are right. Returns the size and digest of what came;
 * stops reading where the size is exceeded.
 */
export async function receiveBlob(
  folder: string,
  blob: Blob,
  source: AsyncIterable<Uint8Array>,
): Promise<Blob> {
  const temporary = await temporaryPath(folder);
  const hash = createHash('sha256');
  let size = 0;
  const hashed = async function* () {
    for await (const chunk of source) {
      size += chunk.length;
      hash.update(chunk);
      if (size > blob.size) return;
      yield chunk;
    }
  };
  try {
    await pipeline(hashed, createWriteStream(temporary, { flags: 'wx' }));
    const got = { digest: `sha256:${hash.digest('hex')}`, size };
    if (got.size === blob.size && got.digest === blob.digest) {
      const path = blobPath(folder, blob.digest);
      await mkdir(dirname(path), { recursive: true });
      await rename(temporary, path);
    }
    return got;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether a blob of that digest and size is there. */
export async function hasBlob(folder: string, { digest, size }: Blob): Promise<boolean> {
  const found = await stat(blobPath(folder, digest)).catch(() => undefined);
  return found?.size === size;
}

/** The bytes of a blob, after a check of its digest; throws `image-invalid`. */
export async function readBlob(folder: string, digest: string): Promise<Buffer> {
  const bytes = await readFile(blobPath(folder, digest)).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(folder, digest, error);
  });
  const actual = digestOf(bytes);
  if (actual !== digest) throw mixedUp(folder, digest, actual);
  return bytes;
}

/** Checks the digest of a blob, then lets `use` read it as often as it needs; throws `image-invalid`. */
export async function useBlob<T>(
  folder: string,
  digest: string,
  use: (read: () => AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const file = await open(blobPath(folder, digest)).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(folder, digest, error);
  });
  try {
    const read = () => bytesOf(file);
    const hash = createHash('sha256');
    for await (const chunk of read()) hash.update(chunk);
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) throw mixedUp(folder, digest, actual);
    return await use(read);
  } finally {
    await file.close();
  }
}

/** Makes a blob of one layout appear in another, without copying where the file system can link. */
export async function shareBlob(from: string, to: string, blob: Descriptor): Promise<void> {
  if (await hasBlob(to, blob)) return;
  const target = blobPath(to, blob.digest);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  try {
    await link(blobPath(from, blob.digest), target);
  } catch {
    await useBlob(from, blob.digest, (read) => receiveBlob(to, blob, read()));
  }
}

/** Works on each different blob, three at once. The first failure stops the others and is thrown when they have ended. */
export async function eachBlob(
  blobs: readonly Descriptor[],
  work: (blob: Descriptor, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const left = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
  const stop = new AbortController();
  const workers = Array.from({ length: atOnce }, async () => {
    for (let blob = left.shift(); blob && !stop.signal.aborted; blob = left.shift())
      await work(blob, stop.signal);
  });
  try {
    await Promise.all(workers);
  } finally {
    stop.abort();
    await Promise.allSettled(workers);
  }
}

/** Writes a file beside its place and renames it into it, so that a reader never sees half of it. */
export async function writeWhole(folder: string, path: string, content: string | Uint8Array): Promise<void> {
  const temporary = await temporaryPath(folder);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** Removes from a layout what killed processes left half-written. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, '.tmp')).catch(() => [])) {
    const path = join(folder, '.tmp', name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > staleAfterMs) await rm(path, { force: true });
  }
}

/** The file of a blob. */
export function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

/** The error for a layout with missing or wrong content. */
export function damaged(folder: string, what: string, cause?: unknown): BitiqError {
  return new BitiqError({
    code: 'image-invalid',
    message: `The image store ${folder} is damaged: ${what}.`,
    fix: 'Delete that folder and build its images again.',
    cause,
  });
}

async function* bytesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  const length = 262_144;
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

async function temporaryPath(folder: string): Promise<string> {
  await mkdir(join(folder, '.tmp'), { recursive: true });
  return join(folder, '.tmp', randomUUID());
}

function unreadable(folder: string, digest: string, error: NodeJS.ErrnoException): BitiqError {
  return damaged(
    folder,
    `the blob ${digest} is ${error.code === 'ENOENT' ? 'missing' : 'not readable'}`,
    error,
  );
}

function mixedUp(folder: string, digest: string, actual: string): BitiqError {
  return damaged(folder, `the blob ${digest} holds the content of ${actual}`);
}
