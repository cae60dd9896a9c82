import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findImage, layoutFolder, listTags } from '../registry/layout.ts';
import { unpackImage } from '../registry/unpack.ts';
import type { Images } from './deployer/images.ts';

/** The images of the local store, as the deployer reads them. */
export function storedImages(store: string): Images {
  return {
    find: async (repository, tag) => {
      const layout = layoutFolder(store, repository);
      const image = await findImage(layout, tag);
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
        unpack: async (into) => {
          await mkdir(dirname(into), { recursive: true });
          await unpackImage(layout, image.digest, into);
        },
      };
    },
  };
}

/** The tags of an image repository in the local store; none when nothing was built yet. */
export function storedTags(store: string, repository: string): Promise<string[]> {
  return listTags(layoutFolder(store, repository));
}
