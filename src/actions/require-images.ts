import type { Combination } from '../model/combination.ts';
import type { Config } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { findImage, layoutFolder } from '../registry/layout.ts';
import { connect } from '../registry/client.ts';
import { parseImageReference, type ImageReference } from '../model/image-reference.ts';
import { dockerIndexType, dockerManifestType, indexType, manifestType } from '../registry/media-types.ts';

/** Looks up every image of a combination, in OCI layouts below `store` or else in its registry; throws `image-missing` with all that are missing. */
export async function requireImages(
  config: Config,
  combination: Combination,
  store: string | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = [...combination].flatMap(([service, tag]) => {
    const image = config.services.find((each) => each.name === service)?.image;
    return image === undefined ? [] : [`${image}:${tag}`];
  });
  const found = await Promise.all(wanted.map((reference) => imageExists(reference, store, signal)));
  const missing = wanted.filter((_, index) => !found[index]);
  if (missing.length === 0) return;
  throw new BitiqError({
    code: 'image-missing',
    message: `${missing.length === 1 ? 'An image does' : `${missing.length} images do`} not exist: ${missing.join(', ')}.`,
    fix: 'Wait for the build, or name tags that were built; `--no-image-check` goes on without looking.',
  });
}

async function imageExists(
  reference: string,
  store: string | undefined,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const parsed = parseImageReference(reference);
  if (store === undefined) return hasManifest(parsed, signal);
  const repository = reference.slice(0, reference.lastIndexOf(':'));
  return (await findImage(layoutFolder(store, repository), parsed.tag ?? '')) !== undefined;
}

const alternative =
  '`--image-store DIR` looks images up in a folder, and `--no-image-check` goes on without looking.';

async function hasManifest(reference: ImageReference, signal: AbortSignal | undefined): Promise<boolean> {
  const answer = await connect(reference, { alternative, signal }).send({
    method: 'HEAD',
    path: `manifests/${reference.tag ?? ''}`,
    to: 'say whether an image exists',
    headers: { accept: [indexType, manifestType, dockerIndexType, dockerManifestType].join(', ') },
    allow: [404],
  });
  return answer.status === 200;
}
