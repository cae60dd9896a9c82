import { BitiqError } from '../../model/errors.ts';
import type { ObjectCount } from '../../model/plan.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { compareManifests } from '../diff/compare-manifests.ts';
import { renderEnvironment } from '../render.ts';

/** How many objects new manifests change against those of an earlier release; undefined when that one does not render any more. */
export async function countChangedObjects(
  repository: Repository,
  options: {
    readonly environment: string;
    /** The full sha of the earlier release's tree. */
    readonly commit: string;
    readonly manifests: string;
    readonly services: { readonly has: (service: string) => boolean };
    readonly helm: string;
  },
): Promise<ObjectCount | undefined> {
  try {
    const { manifests } = await renderEnvironment(commitTree(repository, options.commit), {
      ...options,
      kept: true,
    });
    const { objects, same } = compareManifests(manifests, options.manifests, options.services);
    const count = (kind: string) => objects.filter((each) => each.kind === kind).length;
    return { added: count('added'), removed: count('removed'), changed: count('changed'), same };
  } catch (error) {
    if (error instanceof BitiqError) return undefined;
    throw error;
  }
}
