import type { Combination } from '../model/combination.ts';
import type { Config } from '../model/config.ts';
import type { CommandContext } from './command.ts';
import { imageStoreOf } from './image-source.ts';

/** The look-up of images that a write makes first, or undefined with --no-image-check. */
export function imageCheckOf(
  context: CommandContext,
): ((config: Config, combination: Combination) => Promise<void>) | undefined {
  if (context.options['imageCheck'] === false) return undefined;
  const store = imageStoreOf(context);
  return async (config, combination) => {
    const { requireImages } = await import('../actions/require-images.ts');
    return requireImages(config, combination, store, context.signal);
  };
}
