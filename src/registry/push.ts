import { BitiqError } from '../model/errors.ts';
import { printImageReference } from '../model/image-reference.ts';
import type { Client } from './client.ts';
import type { Descriptor } from './image-types.ts';
import { findImage, readBlob } from './layout.ts';
import { manifestType } from './media-types.ts';

/**
 * Pushes an image of a layout to the client's repository under its tag: what the registry lacks, the manifest last, so the
 * tag shows a whole image or does not move. Gives the digest that the registry confirmed.
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
  for (const blob of new Map(
    [...image.manifest.layers, image.manifest.config].map((each) => [each.digest, each]),
  ).values()) {
    await pushBlob(client, layout, blob);
  }
  const response = await client.send({
    method: 'PUT',
    path: `manifests/${tag}`,
    to: `take the manifest of ${tag}`,
    headers: { 'content-type': image.manifest.mediaType ?? manifestType },
    body: await readBlob(layout, image.digest),
  });
  await response.body?.cancel();
  const confirmed = response.headers.get('docker-content-digest') ?? image.digest;
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

async function pushBlob(client: Client, layout: string, blob: Descriptor): Promise<void> {
  const head = await client.send({
    method: 'HEAD',
    path: `blobs/${blob.digest}`,
    to: `say whether it has ${blob.digest}`,
    allow: [404],
  });
  if (head.ok) return;
  const to = `take the blob ${blob.digest}`;
  const start = await client.send({
    method: 'POST',
    path: 'blobs/uploads/',
    to,
    headers: { 'content-length': '0' },
  });
  await start.body?.cancel();
  const location = start.headers.get('location');
  if (!location || !URL.canParse(location, start.url)) {
    throw new BitiqError({
      code: 'registry-denied',
      message: `${client.reference.registry} did not say where to send the blob ${blob.digest}.`,
      fix: 'Check that this is a registry with the OCI distribution API.',
    });
  }
  const url = new URL(location, start.url);
  url.searchParams.set('digest', blob.digest);
  const end = await client.send({
    method: 'PUT',
    path: url.href,
    to,
    headers: { 'content-type': 'application/octet-stream' },
    body: await readBlob(layout, blob.digest),
  });
  await end.body?.cancel();
}
