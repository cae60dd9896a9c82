import { BitiqError } from '../model/errors.ts';
import { printImageReference } from '../model/image-reference.ts';
import { eachBlob, readBlob, useBlob } from './blobs.ts';
import type { Client } from './client.ts';
import type { Descriptor } from './image-types.ts';
import { findImage } from './layout.ts';
import { manifestType } from './media-types.ts';

/**
 * Pushes an image of a layout to the client's repository under its tag: the missing blobs first, the manifest last, so the
 * tag names a whole image or does not move. Returns the digest that the registry confirmed.
 */
export async function pushImage(client: Client, layout: string, tag: string): Promise<string> {
  const image = await findImage(layout, tag);
  const reference = printImageReference({ ...client.reference, tag, digest: undefined });
  if (!image) {
    throw new BitiqError({
      code: 'registry-denied',
      message: `${reference} is not in the local store (${layout}).`,
      fix: 'Build it first with `bitiq image build`.',
    });
  }
  await eachBlob([...image.manifest.layers, image.manifest.config], (blob, signal) =>
    pushBlob(client, layout, blob, signal),
  );
  const response = await client.send({
    method: 'PUT',
    path: `manifests/${tag}`,
    to: `take the manifest of ${tag}`,
    headers: { 'content-type': image.manifest.mediaType ?? manifestType },
    body: await readBlob(layout, image.digest),
  });
  const confirmed = String(response.headers['docker-content-digest'] ?? image.digest);
  if (confirmed !== image.digest) {
    throw new BitiqError({
      code: 'registry-denied',
      message: `${client.reference.registry} stored ${reference} as ${confirmed}, and ${image.digest} was sent.`,
      fix: 'A proxy on the way may change what is sent; push to the registry directly.',
      state: 'The image is in the local store, and the registry has something else under that tag.',
    });
  }
  return confirmed;
}

async function pushBlob(
  client: Client,
  layout: string,
  { digest, size }: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const head = await client.send({
    method: 'HEAD',
    path: `blobs/${digest}`,
    to: `look up ${digest}`,
    allow: [404],
    signal,
  });
  if (head.status !== 404) return;
  await useBlob(layout, digest, (open) =>
    client.send({
      method: 'PUT',
      // A broken upload keeps what it received, so each attempt begins another one.
      path: () => startUpload(client, digest, signal),
      to: `take the blob ${digest}`,
      headers: { 'content-type': 'application/octet-stream' },
      body: { size, open },
      signal,
    }),
  );
}

/** Returns the URL that takes the bytes of a blob. */
async function startUpload(client: Client, digest: string, signal: AbortSignal): Promise<string> {
  const start = await client.send({
    method: 'POST',
    path: 'blobs/uploads/',
    to: `take the blob ${digest}`,
    body: new Uint8Array(),
    signal,
  });
  const { location } = start.headers;
  if (!location || !URL.canParse(location, start.url.href)) {
    throw new BitiqError({
      code: 'registry-denied',
      message: `${client.reference.registry} gave no URL for the upload of the blob ${digest}.`,
      fix: 'Check that this is a registry with the OCI distribution API.',
    });
  }
  const url = new URL(location, start.url);
  url.searchParams.set('digest', digest);
  return url.href;
}
