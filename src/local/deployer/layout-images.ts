import { findImage, hasManifest, layoutFolder, readImage } from '../../registry/layout.ts';
import { unpackImage } from '../../registry/unpack.ts';
import type { Images } from './images.ts';

/** The images of a local store (`.bitiq/images`), which has one OCI layout for each image repository. */
export function layoutImages(store: string): Images {
  return {
    async find(repository, tag, digest) {
      const layout = layoutFolder(store, repository);
      // A store that was deleted is built again from the commits that the tags name, which may give other digests.
      const isThere = digest !== undefined && (await hasManifest(layout, digest));
      const image = isThere ? await readImage(layout, digest) : await findImage(layout, tag);
      if (image === undefined) return undefined;
      const { Entrypoint, Cmd, Env, WorkingDir } = image.config.config ?? {};
      return {
        digest: image.digest,
        config: {
          entrypoint: Entrypoint ?? [],
          command: Cmd ?? [],
          environment: Env ?? [],
          workingDirectory: WorkingDir || '/',
        },
        async unpack(into) {
          await unpackImage(layout, image.digest, into);
        },
      };
    },
  };
}
