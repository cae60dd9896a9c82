import type { Combination } from '../../model/combination.ts';
import { parseCompatibility } from '../../model/compatibility.ts';
import { BitiqError } from '../../model/errors.ts';
import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { releaseInputOf, type ReleaseInput } from '../../model/policy-release.ts';
import { gitText } from '../../git/git.ts';
import { pathInside, resolveCommit, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { readHealth } from '../read/read-health.ts';
import { readTreeCombination } from '../read/read-state.ts';

/**
 * What the rules over releases are asked about. An environment "has run" a tag when its values file on main ever
 * named it, which is what its ledger is made of. It was healthy when that is recorded; what was named before its records
 * began is given the benefit of the doubt.
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
  const proven =
    source === undefined ? nothingProven : await proofsOf(repository, { head, source, combination });
  return releaseInputOf({
    ...options,
    environment: { name: environment.name, promotesFrom: source, healthRecorded: proven.healthRecorded },
    compatibility: (config.compatibility ?? []).flatMap((rule) => parseCompatibility(rule) ?? []),
    hasRun: (_environment, service) => proven.ran.has(service),
    wasHealthy: (_environment, service) => proven.healthy.has(service),
  });
}

/** The services of a combination whose tags an environment has run, and those that were healthy there. */
interface Proofs {
  readonly ran: ReadonlySet<string>;
  readonly healthy: ReadonlySet<string>;
  readonly healthRecorded: boolean;
}

const nothingProven: Proofs = { ran: new Set(), healthy: new Set(), healthRecorded: false };

async function proofsOf(
  repository: Repository,
  { head, source, combination }: { head: string; source: string; combination: Combination },
): Promise<Proofs> {
  const [current, health] = await Promise.all([
    // A values file that somebody broke proves nothing; what ran before it still counts.
    readTreeCombination(commitTree(repository, head), source).catch((error: unknown) => {
      if (error instanceof BitiqError && error.exit !== 3) return new Map<string, string>();
      throw error;
    }),
    readHealth(repository, source, combination),
  ]);
  const began = health.began === undefined ? undefined : await resolveCommit(repository, health.began);
  const proofs = await Promise.all(
    [...combination].map(async ([service, tag]) => {
      const recorded = health.of(service, tag) !== undefined;
      const ran =
        recorded || current.get(service) === tag || (await wasNamed(repository, { head, source, tag }));
      const healthy =
        recorded ||
        (ran && began !== undefined && (await wasNamed(repository, { head: began, source, tag })));
      return { service, ran, healthy };
    }),
  );
  const namesOf = (which: 'ran' | 'healthy') =>
    new Set(proofs.filter((proof) => proof[which]).map(({ service }) => service));
  return {
    ran: namesOf('ran'),
    healthy: namesOf('healthy'),
    healthRecorded: health.began !== undefined,
  };
}

async function wasNamed(
  repository: Repository,
  { head, source, tag }: { head: string; source: string; tag: string },
): Promise<boolean> {
  const commit = await gitText(
    repository.directory,
    [
      'log',
      '--max-count=1',
      '--format=%H',
      `-S${tag}`,
      head,
      '--',
      pathInside(repository, paths.values(source)),
    ],
    { to: `look for ${tag} in the history of ${source}` },
  );
  return commit !== '';
}
