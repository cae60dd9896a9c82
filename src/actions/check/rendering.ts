import { paths, type EnvironmentConfig } from '../../model/config.ts';
import { BitiqError, messageOf } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { commitTree, type Tree } from '../../git/tree.ts';
import { collectFindings } from './collect.ts';
import { checkKinds } from './projects.ts';
import { readRecords } from '../read/read-records.ts';
import { readApplication, readPointer } from '../read/read-state.ts';
import { renderEnvironment } from '../render.ts';

/** A finding for each environment that does not render or renders kinds that it may not, and for each release in use that renders to something else than its record says. */
export async function checkRendering(
  tree: Tree,
  environments: readonly EnvironmentConfig[],
  options: { readonly helm: string; readonly repository: Repository | undefined },
): Promise<Finding[]> {
  const results = await Promise.all(
    environments.map(async (environment) => [
      ...(await checkEnvironment(tree, environment.name, options.helm)),
      ...(environment.kind === 'pinned' && options.repository
        ? await checkRelease(tree, environment, { helm: options.helm, repository: options.repository })
        : []),
    ]),
  );
  return results.flat();
}

async function checkEnvironment(tree: Tree, environment: string, helm: string): Promise<readonly Finding[]> {
  try {
    const { manifests } = await renderEnvironment(tree, { environment, helm });
    return await collectFindings(() => checkKinds(tree, { environment, manifests }));
  } catch (error) {
    return [
      {
        code: 'render-failed',
        severity: 'error',
        place: (error instanceof BitiqError ? error.place : undefined) ?? { file: paths.values(environment) },
        message: `${environment} does not render: ${messageOf(error)}`,
        fix: error instanceof BitiqError ? error.fix : 'Correct the chart or the values.',
      },
    ];
  }
}

/** Renders the tree of the release that the pointer names; whatever stops that is found elsewhere. */
async function checkRelease(
  tree: Tree,
  environment: EnvironmentConfig,
  { helm, repository }: { readonly helm: string; readonly repository: Repository },
): Promise<Finding[]> {
  const { name } = environment;
  try {
    const release = readPointer(await readApplication(tree, name), name);
    const record = (await readRecords(repository, name, [release])).get(release);
    const commit = await resolveCommit(repository, `refs/tags/${release}`);
    if (!record || !commit) return [];
    const { digest } = await renderEnvironment(commitTree(repository, commit), { environment: name, helm });
    if (digest === record.manifestDigest) return [];
    return [
      {
        code: 'release-mismatch',
        severity: 'error',
        place: { file: `refs/tags/${release}` },
        message: `The tree of ${release} renders to ${digest}, and its record says ${record.manifestDigest}.`,
        fix: 'A release never changes: make a new one with `bitiq promote`.',
      },
    ];
  } catch (error) {
    if (error instanceof BitiqError) return [];
    throw error;
  }
}
