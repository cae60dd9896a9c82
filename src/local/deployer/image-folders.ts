import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openQueue } from '../../process/queue.ts';
import type { FoundImage } from './images.ts';

export interface ImageFolders {
  /** The folder with an image's files, unpacked once per digest. It stays as long as `used` of `keepUsed` names the digest. */
  of(image: FoundImage): Promise<string>;
  /** Removes the folders of the digests that are not used at the moment when each is looked at. */
  keepUsed(used: () => ReadonlySet<string>): Promise<void>;
}

/** Opens the folder of unpacked images; what an earlier run left half unpacked or half removed is removed. */
export async function openImageFolders(directory: string): Promise<ImageFolders> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    if (name.endsWith('.partial')) await rm(join(directory, name), { recursive: true, force: true });
  }
  const unpacking = new Map<string, Promise<string>>();
  const removing = openQueue();

  async function unpack(image: FoundImage): Promise<string> {
    const folder = join(directory, folderName(image.digest));
    await removing.idle();
    if (await exists(folder)) return folder;
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await image.unpack(partial);
    await rename(partial, folder);
    return folder;
  }

  async function removeUnused(used: () => ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(directory)) {
      const digest = `sha256:${name}`;
      if (name.endsWith('.partial') || unpacking.has(digest) || used().has(digest)) continue;
      await rename(join(directory, name), join(directory, `${name}.removed.partial`));
      await rm(join(directory, `${name}.removed.partial`), { recursive: true, force: true });
    }
  }

  return {
    of(image) {
      const known = unpacking.get(image.digest);
      if (known !== undefined) return known;
      const folder = unpack(image).finally(() => unpacking.delete(image.digest));
      unpacking.set(image.digest, folder);
      return folder;
    },
    keepUsed(used) {
      return removing.add(() => removeUnused(used)).catch(() => {}); // what could not be removed is tried again the next time
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
