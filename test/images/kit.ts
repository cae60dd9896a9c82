import { randomUUID } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdir, readFile, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { BitiqError } from '../../src/model/errors.ts';
import { readBlob } from '../../src/registry/blobs.ts';
import type { Descriptor } from '../../src/registry/image-types.ts';
import { findImage, listTags } from '../../src/registry/layout.ts';
import { eachEntry, type TarEntry } from '../../src/registry/read-layer.ts';

/** A new folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = join(tmpdir(), `bitiq-images-${randomUUID()}`); // lower case: buildah makes an image name of it
  await mkdir(folder);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A new folder with these files, gone when the test ends. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** Every file of a folder with its content, links as `-> target`, folders as `/`; paths sorted. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isSymbolicLink()
      ? `-> ${await readlink(path)}`
      : entry.isDirectory()
        ? '/'
        : await readFile(path, 'utf8');
    found.push([path.slice(folder.length + 1), content]);
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a tool is on PATH: tests that need it are skipped, and reported so, where it is not. */
export function hasTool(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** An error with that code, for `rejects.toThrowError` and `toThrowError`. */
export function withCode(code: string): Error {
  return expect.objectContaining({ code }) as Error;
}

/** Every fault of a layout as a sentence: the manifest, config and layers of each tag are there with the right content. */
export async function verifyLayout(folder: string): Promise<string[]> {
  const faults: string[] = [];
  for (const tag of await listTags(folder)) {
    try {
      const image = await findImage(folder, tag);
      for (const layer of image!.manifest.layers) await readBlob(folder, layer.digest);
    } catch (error) {
      if (!(error instanceof BitiqError)) throw error;
      faults.push(error.message);
    }
  }
  return faults;
}

/** The entries of a layer with what is in its files. */
export async function readWholeLayer(
  descriptor: Descriptor,
  blob: Uint8Array,
): Promise<(TarEntry & { readonly content: Buffer })[]> {
  const entries: (TarEntry & { readonly content: Buffer })[] = [];
  await eachEntry(descriptor, [blob], async (entry, content) => {
    entries.push({ ...entry, content: await buffer(content) });
  });
  return entries;
}
