import type { Combination } from '../../model/combination.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Digests } from '../../model/release.ts';
import { lookUpDigest, type LookUpDigest } from '../read/look-up-digest.ts';

/** Finds the images of a combination and returns their digests by service; see `requireImages`. */
export type RequireImages = (
  /** The image repository of each service. */
  repositories: ReadonlyMap<string, string>,
  combination: Combination,
) => Promise<Digests>;

/** How images are looked up before a release is made: all that a combination needs, and one by its reference. */
export interface ImageCheck {
  readonly require: RequireImages;
  readonly lookUp: LookUpDigest;
}

const alternative =
  '`--image-store DIR` looks images up in a folder, and `--no-image-check` skips the check.';

/** The look-up in OCI layouts below `store`, or else in each image's registry; the signal ends what is asked and waited for. */
export function imageCheck(store: string | undefined, signal?: AbortSignal): ImageCheck {
  const lookUp: LookUpDigest = (reference) => lookUpDigest(reference, { store, alternative, signal });
  return { lookUp, require: (repositories, combination) => requireImages(repositories, combination, lookUp) };
}

/**
 * The digests that the images of a combination have now, by service; throws `image-missing` with all that do not exist, and
 * `registry-unreachable` where a registry gives no answer.
 */
async function requireImages(
  repositories: ReadonlyMap<string, string>,
  combination: Combination,
  lookUp: LookUpDigest,
): Promise<Digests> {
  const wanted = [...combination].map(([service, tag]) => {
    const image = repositories.get(service);
    if (image === undefined) throw noRepository(service);
    return { service, reference: `${image}:${tag}` };
  });
  const found = await Promise.all(wanted.map(({ reference }) => lookUp(reference)));
  const missing = wanted.filter((_, index) => found[index] === undefined).map(({ reference }) => reference);
  if (missing.length === 0) {
    return new Map(wanted.map(({ service }, index) => [service, found[index]!]));
  }
  throw new BitiqError({
    code: 'image-missing',
    message: `${missing.length === 1 ? 'An image does' : `${missing.length} images do`} not exist: ${missing.join(', ')}.`,
    fix: 'Wait for the build, or name tags that were built; `--no-image-check` skips the check.',
  });
}

/** A check that leaves a service out is not one of all images. */
function noRepository(service: string): BitiqError {
  return new BitiqError({
    code: 'image-missing',
    message: `Neither the values file nor bitiq.yaml names the image of ${service}, so it cannot be looked up.`,
    fix: `Write the \`image.repository\` of ${service} into the values file; \`--no-image-check\` goes on without looking.`,
  });
}
