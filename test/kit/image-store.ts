import type { ImageSource } from '../../src/actions/read/image-source.ts';
import { writeBlob } from '../../src/registry/blobs.ts';
import { layoutFolder, tagManifest } from '../../src/registry/layout.ts';
import { configType, manifestType } from '../../src/registry/media-types.ts';
import { parseTag } from '../../src/model/tag.ts';

/** Puts an image without layers into an OCI layout, labelled with the commit that its tag names unless told otherwise. */
export async function storeImage(
  store: string,
  image: string,
  tag: string,
  options: { readonly revision?: string | undefined; readonly architecture?: string } = {},
): Promise<void> {
  const layout = layoutFolder(store, image);
  const revision = 'revision' in options ? options.revision : parseTag(tag).sha.padEnd(40, '0');
  const config = Buffer.from(
    JSON.stringify({
      architecture: options.architecture ?? 'amd64',
      os: 'linux',
      config: { Labels: revision === undefined ? null : { 'org.opencontainers.image.revision': revision } },
      rootfs: { type: 'layers', diff_ids: [] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: configType, digest: await writeBlob(layout, config), size: config.length },
      layers: [],
    }),
  );
  await tagManifest(layout, tag, {
    mediaType: manifestType,
    digest: await writeBlob(layout, manifest),
    size: manifest.length,
  });
}

/** Sound images of services of ghcr.io/bitiq-io with these tags, without a store. */
export function imagesOf(tags: Readonly<Record<string, string>>): ImageSource {
  return {
    tagsOf: async (image) => [tags[image.replace('ghcr.io/bitiq-io/', '')] ?? []].flat(),
    inspect: async (_, tag) => [{ platform: 'linux/amd64', revision: parseTag(tag).sha }],
  };
}
