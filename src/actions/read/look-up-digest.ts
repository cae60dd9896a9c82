import { parseImageReference, printImageReference } from '../../model/image-reference.ts';
import { connect } from '../../registry/client.ts';
import { findDigest, hasManifest, layoutFolder } from '../../registry/layout.ts';
import { findRemoteDigest } from '../../registry/pull.ts';

export interface LookUpOptions {
  /** A folder of OCI layouts; undefined: the registry of the reference. */
  readonly store: string | undefined;
  /** What a person can do instead, for the error of a registry that gives no answer. */
  readonly alternative?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The digest that an image reference has now; undefined where there is no such image. Throws where nothing can be said. */
export type LookUpDigest = (reference: string) => Promise<string | undefined>;

/**
 * The digest, `sha256:<hex>`, that an image reference by tag or digest has now; of an image for several platforms that of its index.
 * Undefined where there is no such image. Throws `registry-unreachable` and its like where the registry gives no answer.
 */
export async function lookUpDigest(reference: string, options: LookUpOptions): Promise<string | undefined> {
  const { store, signal, alternative = '`--image-store DIR` looks images up in a folder instead.' } = options;
  const parsed = parseImageReference(reference);
  const { registry, repository, tag = '', digest } = parsed;
  if (store === undefined) return findRemoteDigest(connect(parsed, { alternative, signal }), digest ?? tag);
  const layout = layoutFolder(store, printImageReference({ registry, repository }));
  if (digest === undefined) return findDigest(layout, tag);
  return (await hasManifest(layout, digest)) ? digest : undefined;
}
