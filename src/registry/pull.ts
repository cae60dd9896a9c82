import { BitiqError } from '../model/errors.ts';
import { printImageReference } from '../model/image-reference.ts';
import { eachBlob, hasBlob, receiveBlob, sweep, writeBlob } from './blobs.ts';
import { unreadable, type Client } from './client.ts';
import { digestOf } from './digest.ts';
import { LostConnection } from './exchange.ts';
import {
  descriptorSchema,
  indexSchema,
  manifestSchema,
  type Descriptor,
  type Manifest,
} from './image-types.ts';
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

/** The tags of the client's repository, all pages of them; none when there is no such repository. Throws `registry-denied` for a list without end. */
export async function listRemoteTags(client: Client): Promise<string[]> {
  const tags: string[] = [];
  let path: string | undefined = 'tags/list?n=1000';
  for (let page = 0; path; page++) {
    if (page >= mostPages)
      throw unreadable(client.reference, `its list of tags has more than ${mostPages} pages`);
    const response = await client.send({ method: 'GET', path, to: 'list its tags', allow: [404] });
    if (response.status === 404) return [];
    const body = parseJson(response.body);
    if (body === undefined) throw unreadable(client.reference, 'its list of tags is not JSON');
    if (Array.isArray(body['tags'])) tags.push(...body['tags'].filter((tag) => typeof tag === 'string'));
    const next = /<([^<>]+)>[ \t]*;[ \t]*rel="?next"?/.exec(String(response.headers.link ?? ''))?.[1];
    path = next && new URL(next, response.url).href;
  }
  return tags;
}

/** The digest of what the client's registry has under a tag or digest; undefined when it has nothing there. */
export async function findRemoteDigest(client: Client, tagOrDigest: string): Promise<string | undefined> {
  const response = await client.send({
    method: 'HEAD',
    path: `manifests/${tagOrDigest}`,
    to: `look up ${tagOrDigest}`,
    headers: { accept },
    allow: [404],
  });
  if (response.status === 404) return undefined;
  const said = response.headers['docker-content-digest'];
  return typeof said === 'string' ? said : (await fetchManifest(client, tagOrDigest)).digest;
}

/**
 * Pulls the image of the client's reference into a layout, every blob proved by its digest, and gives its manifest's
 * descriptor. Takes the requested platform of an image for many. Sets no tag.
 */
export async function pullImage(client: Client, layout: string, platform: Platform): Promise<Descriptor> {
  const { tag = 'latest', digest } = client.reference;
  let found = await fetchManifest(client, digest ?? tag);
  if (isIndexType(found.mediaType)) {
    const { data: index } = indexSchema.safeParse(found.body);
    if (!index) throw unsupported(client, `its index of type ${found.mediaType} cannot be read`);
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
  await sweep(layout);
  await eachBlob([manifest.config, ...manifest.layers], (blob, signal) =>
    pullBlob(client, layout, blob, signal),
  );
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
  const bytes = response.body;
  const digest = digestOf(bytes);
  if (tagOrDigest.startsWith('sha256:') && digest !== tagOrDigest)
    throw tampered(client, tagOrDigest, digest);
  const body = parseJson(bytes);
  if (body === undefined) throw unsupported(client, 'its manifest is not JSON');
  const mediaType =
    typeof body['mediaType'] === 'string'
      ? body['mediaType']
      : response.headers['content-type']?.split(';')[0]?.trim();
  return { bytes, digest, body, mediaType };
}

/** Streams a blob into the layout; one that is there is not fetched again. */
async function pullBlob(
  client: Client,
  layout: string,
  blob: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  if (await hasBlob(layout, blob)) return;
  await client.send({
    method: 'GET',
    path: `blobs/${blob.digest}`,
    to: `give the blob ${blob.digest}`,
    signal,
    take: async (answer) => {
      const got = await receiveBlob(layout, blob, answer.body);
      if (got.size > blob.size)
        throw unreadable(client.reference, `its answer is longer than ${blob.size} bytes`);
      if (got.size < blob.size && !answer.hasLength)
        throw new LostConnection(`the connection ended after ${got.size} of ${blob.size} bytes`);
      if (got.digest !== blob.digest) throw tampered(client, blob.digest, got.digest);
    },
  });
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

/** The object that bytes are as JSON; undefined for anything else. */
function parseJson(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function unsupported(client: Client, what: string): BitiqError {
  return new BitiqError({
    code: 'image-invalid',
    message: `${printImageReference(client.reference)} cannot be used: ${what}.`,
    fix: 'Name another image or another platform.',
  });
}

/** The error for bytes that are not those of the digest. */
export function tampered(client: Client, wanted: string, got: string): BitiqError {
  return new BitiqError({
    code: 'registry-denied',
    message: `${client.reference.registry} gave ${got} instead of ${wanted}.`,
    fix: 'Try again; if it happens again, do not trust that registry or the proxy on the way.',
  });
}
