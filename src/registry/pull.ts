import { BitiqError } from '../model/errors.ts';
import { printImageReference } from '../model/image-reference.ts';
import type { Client } from './client.ts';
import { digestOf } from './digest.ts';
import { BodyTooLong, readBody } from './read-body.ts';
import {
  descriptorSchema,
  indexSchema,
  manifestSchema,
  type Descriptor,
  type Manifest,
} from './image-types.ts';
import { hasBlob, writeBlob } from './layout.ts';
import {
  configType,
  dockerIndexType,
  dockerManifestType,
  indexType,
  isIndexType,
  layerTypeOf,
  manifestType,
} from './media-types.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

const accept = [manifestType, indexType, dockerManifestType, dockerIndexType].join(', ');

/** The most of a list of tags: a million, in pages of a thousand. */
const mostPages = 1000;
/** The distribution specification asks for manifests of at least 4 MiB to be taken; larger ones are not made. */
const largestManifest = 16 * 1024 * 1024;

/** The tags of the client's repository, all pages of them; none when there is no such repository. Throws `registry-denied` for a list without end. */
export async function listRemoteTags(client: Client): Promise<string[]> {
  const tags: string[] = [];
  let path: string | undefined = 'tags/list?n=1000';
  for (let page = 0; path; page++) {
    if (page >= mostPages) throw endless(client, `its list of tags has more than ${mostPages} pages`);
    const response = await client.send({ method: 'GET', path, to: 'list its tags', allow: [404] });
    if (response.status === 404) return [];
    const body = JSON.parse((await bodyOf(client, response, largestManifest)).toString('utf8')) as {
      tags?: unknown;
    };
    if (Array.isArray(body.tags)) tags.push(...body.tags.filter((tag) => typeof tag === 'string'));
    const next = /<([^<>]+)>[ \t]*;[ \t]*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    path = next && new URL(next, response.url).href;
  }
  return tags;
}

/** The digest of what the client's registry has under a tag or digest; undefined when it has nothing there. */
export async function findRemoteDigest(client: Client, tagOrDigest: string): Promise<string | undefined> {
  const response = await client.send({
    method: 'HEAD',
    path: `manifests/${tagOrDigest}`,
    to: `say what ${tagOrDigest} is`,
    headers: { accept },
    allow: [404],
  });
  if (response.status === 404) return undefined;
  return response.headers.get('docker-content-digest') ?? (await fetchManifest(client, tagOrDigest)).digest;
}

/**
 * Pulls the image of the client's reference into a layout, every blob proved by its digest, and gives its manifest's
 * descriptor. Of an image for many platforms the one asked for is taken. It is not put under a tag.
 */
export async function pullImage(client: Client, layout: string, platform: Platform): Promise<Descriptor> {
  const { tag = 'latest', digest } = client.reference;
  let found = await fetchManifest(client, digest ?? tag);
  if (isIndexType(found.mediaType)) {
    const index = indexSchema.parse(found.body);
    const match = index.manifests.find(
      (entry) => entry.platform?.os === platform.os && entry.platform.architecture === platform.architecture,
    );
    if (!match) {
      const has = index.manifests
        .map((entry) => `${entry.platform?.os}/${entry.platform?.architecture}`)
        .join(', ');
      throw unsupported(
        client,
        `it has no image for ${platform.os}/${platform.architecture}, only for ${has || 'nothing'}`,
      );
    }
    found = await fetchManifest(client, match.digest);
  }
  const parsed = manifestSchema.safeParse(found.body);
  if (!parsed.success)
    throw unsupported(client, `its manifest of type ${found.mediaType ?? 'unknown'} cannot be read`);
  const manifest = asOci(client, parsed.data);
  for (const blob of [manifest.config, ...manifest.layers]) await pullBlob(client, layout, blob);
  const bytes = manifest === parsed.data ? found.bytes : Buffer.from(JSON.stringify(manifest));
  return { mediaType: manifestType, digest: await writeBlob(layout, bytes), size: bytes.length };
}

/** The manifest under a tag or digest, proved by its digest. */
export async function fetchManifest(client: Client, tagOrDigest: string) {
  const to = `give the manifest of ${tagOrDigest}`;
  const response = await client.send({
    method: 'GET',
    path: `manifests/${tagOrDigest}`,
    to,
    headers: { accept },
  });
  const bytes = await bodyOf(client, response, largestManifest);
  const digest = digestOf(bytes);
  if (tagOrDigest.startsWith('sha256:') && digest !== tagOrDigest)
    throw tampered(client, tagOrDigest, digest);
  let body: { mediaType?: unknown };
  try {
    body = JSON.parse(bytes.toString('utf8')) as { mediaType?: unknown };
  } catch {
    throw unsupported(client, 'its manifest is no JSON');
  }
  const mediaType =
    typeof body.mediaType === 'string'
      ? body.mediaType
      : response.headers.get('content-type')?.split(';')[0]?.trim();
  return { bytes, digest, body, mediaType };
}

async function pullBlob(client: Client, layout: string, blob: Descriptor): Promise<void> {
  if (await hasBlob(layout, blob)) return;
  const to = `give the blob ${blob.digest}`;
  const response = await client.send({ method: 'GET', path: `blobs/${blob.digest}`, to });
  const bytes = await bodyOf(client, response, blob.size);
  const digest = digestOf(bytes);
  if (digest !== blob.digest) throw tampered(client, blob.digest, digest);
  await writeBlob(layout, bytes);
}

/** The manifest with OCI's media types; the same object when it has them already. */
function asOci(client: Client, manifest: Manifest): Manifest {
  const layers = manifest.layers.map((layer) => {
    const mediaType = layerTypeOf(layer.mediaType);
    if (!mediaType) throw unsupported(client, `it has a layer of type ${layer.mediaType}`);
    return mediaType === layer.mediaType ? layer : descriptorSchema.parse({ ...layer, mediaType });
  });
  const isOci =
    manifest.config.mediaType === configType && layers.every((layer, i) => layer === manifest.layers[i]);
  if (isOci) return manifest;
  return {
    ...manifest,
    mediaType: manifestType,
    config: { ...manifest.config, mediaType: configType },
    layers,
  };
}

function unsupported(client: Client, what: string): BitiqError {
  return new BitiqError({
    code: 'image-invalid',
    message: `${printImageReference(client.reference)} cannot be used: ${what}.`,
    fix: 'Name another image or another platform.',
  });
}

/** The bytes of an answer that is at most so long; a longer one is `registry-denied`. */
export async function bodyOf(client: Client, response: Response, most: number): Promise<Buffer> {
  return readBody(response, most).catch((error: unknown) => {
    throw error instanceof BodyTooLong ? endless(client, error.message) : error;
  });
}

function endless(client: Client, what: string): BitiqError {
  return new BitiqError({
    code: 'registry-denied',
    message: `${printImageReference(client.reference)} cannot be read: ${what}.`,
    fix: 'Do not trust that registry or the proxy on the way; name another one.',
  });
}

/** The error for bytes that are not those of the digest. */
export function tampered(client: Client, wanted: string, got: string): BitiqError {
  return new BitiqError({
    code: 'registry-denied',
    message: `${client.reference.registry} gave ${got} when it was asked for ${wanted}.`,
    fix: 'Try again; if it stays so, do not trust that registry or the proxy on the way.',
  });
}
