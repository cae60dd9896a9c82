import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundImage } from './images.ts';

export interface ImageFolders {
  /** The folder with an image's files, unpacked once per digest. */
  of(image: FoundImage): Promise<string>;
  /** Removes the folders of all digests but these. */
  keepOnly(digests: ReadonlySet<string>): Promise<void>;
}

/** Opens the folder of unpacked images; what an earlier run left half unpacked is removed. */
export async function openImageFolders(directory: string): Promise<ImageFolders> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    if (name.endsWith('.partial')) await rm(join(directory, name), { recursive: true, force: true });
  }
  const unpacking = new Map<string, Promise<string>>();

  async function unpack(image: FoundImage): Promise<string> {
    const folder = join(directory, folderName(image.digest));
    if (await exists(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await image.unpack(partial);
    await rename(partial, folder);
    return folder;
  }

  return {
    of(image) {
      const known = unpacking.get(image.digest);
      if (known !== undefined) return known;
      const folder = unpack(image).finally(() => unpacking.delete(image.digest));
      unpacking.set(image.digest, folder);
      return folder;
    },
    async keepOnly(digests) {
      const kept = new Set([...digests].map(folderName));
      for (const name of await readdir(directory)) {
        if (
          kept.has(name.replace(/\.partial$/, '')) ||
          unpacking.has(`sha256:${name.replace(/\.partial$/, '')}`)
        )
          continue;
        await rm(join(directory, name), { recursive: true, force: true });
      }
    },
  };
}

function folderName(digest: string): string {
  return digest.replace(/^sha256:/, '');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
