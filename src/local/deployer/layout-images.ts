import { findImage, hasManifest, layoutFolder, readImage } from '../../registry/layout.ts';
import { unpackImage } from '../../registry/unpack.ts';
import type { ImageStore } from './images.ts';

/** The images of a local store (`.bitiq/images`), which has one OCI layout for each image repository. */
export function layoutImages(store: string): ImageStore {
  return {
    async find(repository, tag, digest) {
      const layout = layoutFolder(store, repository);
      if (digest !== undefined && !(await hasManifest(layout, digest))) return undefined;
      const image = digest === undefined ? await findImage(layout, tag) : await readImage(layout, digest);
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
