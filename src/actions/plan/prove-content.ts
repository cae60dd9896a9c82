import { BitiqError } from '../../model/errors.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { requireUnmoved, type BoundTag } from '../read/recorded-tags.ts';
import { renderEnvironment } from '../render.ts';

/**
 * Proves that a release is what its environment ran. The id of its tag object covers every file, so where main recorded it, that is
 * enough and nothing is rendered; for a release from before, the tree must render to what its record says, where a Helm is there.
 * Throws `release-tag-moved` or `release-mismatch`. `notes` say what was not proved.
 */
export async function proveContent(
  repository: Repository,
  options: {
    readonly head: string;
    readonly environment: string;
    readonly release: string;
    readonly record: ReleaseRecord;
    /** What `requireUnmoved` found, where it was asked before. */
    readonly bound?: BoundTag | undefined;
    /** A Helm that is there already. */
    readonly helmAtHand?: (() => Promise<string | undefined>) | undefined;
  },
): Promise<{ readonly tag: string | undefined; readonly notes: readonly string[] }> {
  const { environment, release, record } = options;
  const { tag, recorded } = options.bound ?? (await requireUnmoved(repository, options));
  if (recorded !== undefined) return { tag, notes: [] };
  const helm = await options.helmAtHand?.();
  if (helm === undefined) {
    const note = `${release} was made before main recorded the ids of tags, and there is no Helm here to render it: that its tag was not moved is not proved.`;
    // What is not proved is not recorded as if it were.
    return { tag: undefined, notes: [note] };
  }
  const tree = commitTree(repository, `refs/tags/${release}`);
  const { digest } = await renderEnvironment(tree, { environment, helm, kept: true });
  if (digest === record.manifestDigest) return { tag, notes: [] };
  throw new BitiqError({
    code: 'release-mismatch',
    message: `The tree of ${release} renders to ${digest}, and its record says ${record.manifestDigest}: the tag was moved, or another Helm made it.`,
    fix: `Compare it with a release that is sound: \`bitiq diff ${environment} ${release} --depth manifests\`. \`bitiq log ${environment}\` shows what else ran; --to goes there.`,
  });
}
