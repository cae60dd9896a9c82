import type { SharedContext } from './common-options.ts';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BitiqError } from '../model/errors.ts';
import { registryImages, storedImages, type ImageSource } from '../actions/read/image-source.ts';
import { stateDirectory } from './open.ts';

/** Where images are looked up: --image-store, the loop's own store with `--repo loop`, else their registries. */
export function imageSourceOf(context: SharedContext): ImageSource {
  const store = imageStoreOf(context);
  return store === undefined ? registryImages(context.signal) : storedImages(store);
}

/**
 * The folder of OCI layouts that images are looked up in; undefined for their registries. Throws `usage` when the folder
 * of --image-store is not there; the loop's own is there from its first build.
 */
export function imageStoreOf(context: SharedContext): string | undefined {
  const named = context.options.imageStore;
  if (named === undefined) {
    const repo = context.options.repo ?? context.env['BITIQ_REPO'];
    return repo === 'loop' ? join(stateDirectory(context), 'images') : undefined;
  }
  const store = resolve(context.cwd, named);
  if (named !== '' && statSync(store, { throwIfNoEntry: false })?.isDirectory()) return store;
  throw new BitiqError({
    code: 'usage',
    message: `--image-store ${JSON.stringify(named)} is not a folder, so bitiq cannot look up images in it.`,
    fix: 'Name the folder that `bitiq image build` stores in, or leave the option out to ask the registries.',
  });
}
