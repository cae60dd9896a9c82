import type { SharedContext } from './common-options.ts';
import type { LookUpDigest } from '../actions/read/look-up-digest.ts';
import type { ImageCheck } from '../actions/plan/require-images.ts';
import { imageStoreOf } from './image-source.ts';

/** The look-up of images that a write makes first, or undefined with --no-image-check. */
export function imageCheckOf(context: SharedContext): ImageCheck | undefined {
  if (context.options.imageCheck === false) return undefined;
  const store = imageStoreOf(context);
  // What speaks to registries is loaded by the first look-up.
  const load = async () =>
    (await import('../actions/plan/require-images.ts')).imageCheck(store, context.signal);
  return {
    require: async (repositories, combination) => (await load()).require(repositories, combination),
    lookUp: async (reference) => (await load()).lookUp(reference),
  };
}

/** The look-up of one image by its reference, in the store or the registry that the options name. */
export function lookUpDigestOf(context: SharedContext): LookUpDigest {
  const store = imageStoreOf(context);
  return async (reference) => {
    const { lookUpDigest } = await import('../actions/read/look-up-digest.ts');
    return lookUpDigest(reference, { store, signal: context.signal });
  };
}
