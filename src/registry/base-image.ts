import { printImageReference, type ImageReference } from '../model/image-reference.ts';
import { connect } from './client.ts';
import { FileTree } from './file-tree.ts';
import type { BaseImage } from './image.ts';
import type { Descriptor } from './image-types.ts';
import { shareBlob, useBlob } from './blobs.ts';
import { layoutFolder, readImage } from './layout.ts';
import { pullImage, type Platform } from './pull.ts';
import { addToTree, readLayer } from './read-layer.ts';

/** What a build can do to reach a registry. */
export const withoutTls = 'A registry without TLS is reached with --plain-http.';

/** A base image in the local store, ready to be built upon. */
export interface StoredBase extends BaseImage {
  /** Puts its config-independent parts, the layers, into another layout. */
  readonly share: (layout: string) => Promise<void>;
}

/** Pulls a base image into the store (what is there already is not fetched again) and reads its file tree. */
export async function readBase(
  reference: ImageReference,
  {
    store,
    platform,
    ...reach
  }: {
    readonly store: string;
    readonly platform: Platform;
    readonly plainHttp: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<StoredBase> {
  const layout = layoutFolder(store, `${reference.registry}/${reference.repository}`);
  const client = connect(reference, { ...reach, alternative: withoutTls });
  const descriptor: Descriptor = await pullImage(client, layout, platform);
  const image = await readImage(layout, descriptor.digest);
  const tree = new FileTree();
  for (const layer of image.manifest.layers) {
    addToTree(tree, await useBlob(layout, layer.digest, (bytes) => readLayer(layer, bytes())));
  }
  return {
    ...image,
    name: printImageReference({
      ...reference,
      tag: reference.tag ?? (reference.digest ? undefined : 'latest'),
    }),
    tree,
    share: async (to) => {
      for (const layer of image.manifest.layers) await shareBlob(layout, to, layer);
    },
  };
}
