import { parseImageRepository } from '../../model/image-reference.ts';
import type { ImageFacts } from '../../model/update-rule.ts';
import { connect } from '../../registry/client.ts';
import { inspectRemote, inspectStored } from '../../registry/inspect-image.ts';
import { layoutFolder, listTags } from '../../registry/layout.ts';
import { listRemoteTags } from '../../registry/pull.ts';

/** Where images are looked up. */
export interface ImageSource {
  /** All tags of an image repository; none when there is no such repository. */
  tagsOf(image: string): Promise<readonly string[]>;
  /** What the image of a tag says of itself, for each of its platforms; undefined when there is none. */
  inspect(image: string, tag: string): Promise<readonly ImageFacts[] | undefined>;
}

/** The images in OCI layouts below a folder. */
export function storedImages(store: string): ImageSource {
  return {
    tagsOf: (image) => listTags(layoutFolder(store, image)),
    inspect: (image, tag) => inspectStored(layoutFolder(store, image), tag),
  };
}

const alternative = '`--image-store DIR` looks images up in a folder instead.';

/** The images in their registries; the signal ends what is asked and waited for. */
export function registryImages(signal?: AbortSignal): ImageSource {
  const client = (image: string) => connect(parseImageRepository(image), { alternative, signal });
  return {
    tagsOf: (image) => listRemoteTags(client(image)),
    inspect: (image, tag) => inspectRemote(client(image), tag),
  };
}
