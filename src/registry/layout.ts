import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { BitiqError } from '../model/errors.ts';
import { parseImageRepository } from '../model/image-reference.ts';
import { blobPath, damaged, readBlob, sweep, writeWhole } from './blobs.ts';
import { imageConfigSchema, descriptorSchema, indexSchema, manifestSchema } from './image-types.ts';
import type { Descriptor, ImageConfig, Manifest } from './image-types.ts';
import { indexType, manifestType } from './media-types.ts';

const refName = 'org.opencontainers.image.ref.name';

/** An image read back from a layout. */
export interface StoredImage {
  readonly digest: string;
  readonly size: number;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** The folder of a repository's OCI layout in a store: its parts are folders, the colon before a port is `_`. */
export function layoutFolder(store: string, repository: string): string {
  const reference = parseImageRepository(repository);
  return join(store, reference.registry.replaceAll(':', '_'), ...reference.repository.split('/'));
}

/**
 * Makes a manifest visible under a tag. All its blobs must be written before. Needs no lock between processes, so none can
 * be left behind: each tag is a file of its own, which is what bitiq reads. index.json, for other tools, is written from
 * those files until it matches them, so the last writer has seen every tag.
 */
export async function tagManifest(folder: string, tag: string, manifest: Descriptor): Promise<void> {
  const descriptor = { ...manifest, annotations: { ...manifest.annotations, [refName]: tag } };
  await writeWhole(folder, join(folder, 'oci-layout'), `{"imageLayoutVersion":"1.0.0"}`);
  await writeWhole(folder, join(tagsFolder(folder), `${tag}.json`), JSON.stringify(descriptor));
  for (;;) {
    const manifests = await readEntries(folder);
    const wanted = `${JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }, null, 2)}\n`;
    const current = await readFile(join(folder, 'index.json'), 'utf8').catch(() => undefined);
    if (current === wanted) break;
    await writeWhole(folder, join(folder, 'index.json'), wanted);
  }
  await sweep(folder);
}

/** The tags of a layout, sorted as text; none when there is no layout. */
export async function listTags(folder: string): Promise<string[]> {
  return (await readEntries(folder)).flatMap((entry) => entry.annotations?.[refName] ?? []).sort();
}

/** The digest that a tag of a layout names, of a manifest or of an index; undefined when the layout has no such tag. */
export async function findDigest(folder: string, tag: string): Promise<string | undefined> {
  return (await readEntries(folder)).find((entry) => entry.annotations?.[refName] === tag)?.digest;
}

/** Whether the manifest or index of that digest is in a layout. */
export async function hasManifest(folder: string, digest: string): Promise<boolean> {
  return (await stat(blobPath(folder, digest)).catch(() => undefined))?.isFile() === true;
}

/** The image of a tag; undefined when the layout has no such tag. Throws `image-invalid`. */
export async function findImage(folder: string, tag: string): Promise<StoredImage | undefined> {
  const descriptor = (await readEntries(folder)).find((entry) => entry.annotations?.[refName] === tag);
  if (!descriptor) return undefined;
  if (descriptor.mediaType !== manifestType) {
    throw new BitiqError({
      code: 'image-invalid',
      message: `The tag ${tag} in ${folder} is of type ${descriptor.mediaType}, and only single images are read.`,
      fix: 'Store the image of one platform there.',
    });
  }
  return readImage(folder, descriptor.digest);
}

/** The image of a manifest's digest; throws `image-invalid`. */
export async function readImage(folder: string, digest: string): Promise<StoredImage> {
  const bytes = await readBlob(folder, digest);
  const manifest = parseStored(manifestSchema, bytes, folder, `the manifest ${digest}`);
  const config = parseStored(
    imageConfigSchema,
    await readBlob(folder, manifest.config.digest),
    folder,
    `the config ${manifest.config.digest}`,
  );
  return { digest, size: bytes.length, manifest, config };
}

async function readIndex(folder: string): Promise<Descriptor[]> {
  const bytes = await readFile(join(folder, 'index.json')).catch(() => undefined);
  return bytes ? parseStored(indexSchema, bytes, folder, 'index.json').manifests : [];
}

/** Every tag that has a file, and what another tool put into index.json, sorted. */
async function readEntries(folder: string): Promise<Descriptor[]> {
  const entries = new Map<string, Descriptor>();
  for (const entry of await readIndex(folder))
    entries.set(entry.annotations?.[refName] ?? `@${entry.digest}`, entry);
  for (const file of await readdir(tagsFolder(folder)).catch(() => [])) {
    const bytes = await readFile(join(tagsFolder(folder), file));
    entries.set(file.replace(/\.json$/, ''), parseStored(descriptorSchema, bytes, folder, file));
  }
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function parseStored<T extends z.ZodType>(
  schema: T,
  bytes: Uint8Array,
  folder: string,
  what: string,
): z.infer<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    throw damaged(folder, `${what} cannot be read`, error);
  }
}

function tagsFolder(folder: string): string {
  return join(folder, '.tags');
}
