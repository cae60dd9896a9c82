import type { z } from 'zod';
import { BitiqError } from '../model/errors.ts';
import { printImageReference } from '../model/image-reference.ts';
import type { Client } from './client.ts';
import { digestOf } from './digest.ts';
import { imageConfigSchema, indexSchema, manifestSchema, type ImageConfig } from './image-types.ts';
import { findImage } from './layout.ts';
import { isIndexType } from './media-types.ts';
import { fetchManifest, findRemoteDigest, tampered } from './pull.ts';

/** What the configuration of an image contains about it, for one of its platforms. */
export interface InspectedImage {
  /** `os/architecture`. */
  readonly platform: string;
  /** Its label org.opencontainers.image.revision. */
  readonly revision: string | undefined;
}

/** Inspects the image of a tag in a layout; undefined when there is none. Throws `image-invalid`. */
export async function inspectStored(folder: string, tag: string): Promise<InspectedImage[] | undefined> {
  const found = await findImage(folder, tag);
  return found && [factsOf(found.config)];
}

/** Inspects the images of a tag in the client's registry, one per platform; undefined when there is none. */
export async function inspectRemote(client: Client, tag: string): Promise<InspectedImage[] | undefined> {
  const digest = await findRemoteDigest(client, tag);
  if (digest === undefined) return undefined;
  const found = await fetchManifest(client, digest);
  if (!isIndexType(found.mediaType)) return [await inspectManifest(client, found.body)];
  const entries = read(client, indexSchema, found.body).manifests;
  // An index lists attestations as images for an unknown platform.
  const images = entries.filter((entry) => entry.platform?.os !== 'unknown');
  return Promise.all(
    images.map(async (entry) => inspectManifest(client, (await fetchManifest(client, entry.digest)).body)),
  );
}

async function inspectManifest(client: Client, body: unknown): Promise<InspectedImage> {
  const { config } = read(client, manifestSchema, body);
  const response = await client.send({
    method: 'GET',
    path: `blobs/${config.digest}`,
    to: 'give the config of an image',
    most: config.size,
  });
  const bytes = response.body;
  if (digestOf(bytes) !== config.digest) throw tampered(client, config.digest, digestOf(bytes));
  return factsOf(read(client, imageConfigSchema, parsed(bytes)));
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function read<T extends z.ZodType>(client: Client, schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BitiqError({
    code: 'image-invalid',
    message: `An image of ${printImageReference(client.reference)} cannot be read: its manifest or config is not one of OCI or Docker.`,
    fix: 'Push it again with another tool, or remove it.',
  });
}

function factsOf(config: ImageConfig): InspectedImage {
  return {
    platform: `${config.os}/${config.architecture}`,
    revision: config.config?.Labels?.['org.opencontainers.image.revision'],
  };
}
