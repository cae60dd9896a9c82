import { BitiqError, messageOf } from '../../model/errors.ts';
import { partOf } from '../../model/verification.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { renderEnvironment } from '../render.ts';
import { releaseFinding } from '../read/release-finding.ts';
import type { ReleaseFacts } from './release-facts.ts';

/** Whether the tree of a release renders to the manifests of its record, by the Helm at hand. */
export async function verifyManifests(
  repository: Repository,
  { release, environment, commit, record }: ReleaseFacts,
  helm: string,
): Promise<ReturnType<typeof partOf>> {
  if (commit === undefined || record === undefined)
    return { result: { part: 'manifests', result: 'none', note: 'no record' }, findings: [] };
  try {
    const { digest } = await renderEnvironment(commitTree(repository, commit.sha), { environment, helm });
    if (digest === record.manifestDigest) return partOf('manifests', [], digest);
    const message = `The tree of ${release} renders to ${digest}, and its record has ${record.manifestDigest}.`;
    return partOf('manifests', [releaseFinding(release, 'release-mismatch', message)], '');
  } catch (error) {
    repository.signal?.throwIfAborted();
    if (!(error instanceof BitiqError) || error.code !== 'render-failed') {
      const message = `The tree of ${release} could not be rendered here: ${messageOf(error)}`;
      const fix = '`bitiq doctor` shows which Helm is used. --no-render leaves the manifests out.';
      const { result, findings } = partOf(
        'manifests',
        [releaseFinding(release, 'tool-missing', message, fix)],
        '',
      );
      return { result: { ...result, result: 'unknown' }, findings };
    }
    const message = `The tree of ${release} does not render: ${messageOf(error)}`;
    return partOf('manifests', [releaseFinding(release, 'release-mismatch', message)], '');
  }
}
