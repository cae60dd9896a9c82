import type { Combination } from '../../model/combination.ts';
import { parseCompatibility } from '../../model/compatibility.ts';
import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { releaseInputOf, type ReleaseInput } from '../../model/policy-release.ts';
import { gitText } from '../../git/git.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { readTreeCombination } from '../read-state.ts';

/**
 * What the rules over releases are asked about. An environment "has run" a tag when its values file on main ever
 * named it, which is what its ledger is made of.
 */
export async function readReleaseInput(
  repository: Repository,
  options: {
    readonly head: string;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly release: ReleaseInput['release'];
    readonly previous: { readonly name: string; readonly combination: Combination } | undefined;
    readonly combination: Combination;
  },
): Promise<ReleaseInput> {
  const { head, config, environment, combination } = options;
  const source = environment.promotesFrom;
  const known = source === undefined ? [] : await tagsThatRan(repository, { head, source, combination });
  const ran = new Set(known);
  return releaseInputOf({
    ...options,
    environment: { name: environment.name, promotesFrom: source },
    compatibility: (config.compatibility ?? []).flatMap((rule) => parseCompatibility(rule) ?? []),
    hasRun: (_environment, service, tag) => ran.has(`${service} ${tag}`),
  });
}

async function tagsThatRan(
  repository: Repository,
  { head, source, combination }: { head: string; source: string; combination: Combination },
): Promise<string[]> {
  const current = await readTreeCombination(commitTree(repository, head), source);
  const found = await Promise.all(
    [...combination].map(async ([service, tag]) => {
      const hasRun = current.get(service) === tag || (await wasNamed(repository, { head, source, tag }));
      return hasRun ? [`${service} ${tag}`] : [];
    }),
  );
  return found.flat();
}

async function wasNamed(
  repository: Repository,
  { head, source, tag }: { head: string; source: string; tag: string },
): Promise<boolean> {
  const commit = await gitText(
    repository.directory,
    ['log', '--max-count=1', '--format=%H', `-S${tag}`, head, '--', paths.values(source)],
    { to: `look for ${tag} in the history of ${source}` },
  );
  return commit !== '';
}
