import { join, resolve } from 'node:path';
import { registryImages, storedImages, type ImageSource } from '../actions/image-source.ts';
import { textOption, type CommandContext } from './command.ts';
import { stateDirectory } from './open.ts';

/** Where images are looked up: --image-store, the loop's own store with `--repo loop`, else their registries. */
export function imageSourceOf(context: CommandContext): ImageSource {
  const store = textOption(context, 'imageStore');
  if (store !== undefined) return storedImages(resolve(context.cwd, store));
  const repo = textOption(context, 'repo') ?? context.env['BITIQ_REPO'];
  return repo === 'loop' ? storedImages(join(stateDirectory(context), 'images')) : registryImages();
}
