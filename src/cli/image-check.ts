import type { Combination } from '../model/combination.ts';
import type { Config } from '../model/config.ts';
import { join } from 'node:path';
import { textOption, type CommandContext } from './command.ts';
import { stateDirectory } from './open.ts';

/** The look-up of images that a write makes first, or undefined with --no-image-check. */
export function imageCheckOf(
  context: CommandContext,
): ((config: Config, combination: Combination) => Promise<void>) | undefined {
  if (context.options['imageCheck'] === false) return undefined;
  const repo = textOption(context, 'repo') ?? context.env['BITIQ_REPO'];
  const store =
    textOption(context, 'imageStore') ??
    (repo === 'loop' ? join(stateDirectory(context), 'images') : undefined);
  return async (config, combination) => {
    const { requireImages } = await import('../actions/require-images.ts');
    return requireImages(config, combination, store);
  };
}
