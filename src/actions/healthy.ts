import { combinationOf, type Combination } from '../model/combination.ts';
import type { Config, EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { parseReleaseName } from '../model/release.ts';
import { missingService } from '../model/require-service.ts';
import { commonCommit } from '../git/branches.ts';
import { gitText } from '../git/git.ts';
import { resolveCommit, type Repository } from '../git/repository.ts';
import { requireEnvironmentState } from './read/environment-state.ts';
import { readLedger } from './read/ledger.ts';
import { requireEnvironment } from './read/read-state.ts';
import { recordHealth, type RecordedHealth, type RecordHealthOptions } from './plan/record-health.ts';
import { keptDigests } from './plan/resolve-digests.ts';
import { resolveRelease, type ResolvedRelease } from './read/resolve-release.ts';

/**
 * Records the health of a release that a person or Argo CD named: by its name, by the commit that was synced, or what main says now.
 * Only of these services, if any are named.
 */
export async function recordNamedHealth(
  repository: Repository,
  options: Omit<RecordHealthOptions, 'release' | 'healthy'> & {
    readonly head: string;
    readonly config: Config;
    readonly release?: string | undefined;
    readonly services: readonly string[];
  },
): Promise<RecordedHealth> {
  const environment = requireEnvironment(options.config, options.environment);
  const { release, commit, combination, record } = await findRelease(repository, { ...options, environment });
  if (commit === undefined) {
    throw new BitiqError({
      code: 'release-missing',
      message: `${environment.name} has no release yet, so none of its versions can be healthy.`,
      fix: `\`bitiq promote ${environment.name}\` makes the first one.`,
    });
  }
  const healthy = pick(combination, options.services, release);
  const digests = keptDigests(record, healthy);
  return recordHealth(repository, { ...options, environment: environment.name, release, healthy, digests });
}

async function findRelease(
  repository: Repository,
  options: {
    readonly head: string;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly release?: string | undefined;
  },
): Promise<Pick<ResolvedRelease, 'release' | 'commit' | 'combination' | 'record'>> {
  const { head, config, environment, release } = options;
  if (release === undefined) return requireEnvironmentState(repository, head, environment);
  if (/^[0-9a-f]{7,64}$/.test(release)) return findSynced(repository, { ...options, sha: release });
  // An environment stands for what it runs now.
  const named =
    parseReleaseName(release)?.environment ?? config.environments.find(({ name }) => name === release)?.name;
  if (named !== undefined && named !== environment.name) {
    throw new BitiqError({
      code: 'usage',
      message: `${release} is not a release of ${environment.name}.`,
      fix: `Name one of ${environment.name}; \`bitiq log ${environment.name}\` lists them.`,
    });
  }
  return resolveRelease(repository, { head, config, name: release });
}

/** What an environment ran when this commit was delivered: a commit of main, or that of a release tag. */
async function findSynced(
  repository: Repository,
  at: {
    readonly head: string;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly sha: string;
  },
): Promise<Pick<ResolvedRelease, 'release' | 'commit' | 'combination' | 'record'>> {
  const { head, config, environment, sha } = at;
  const commit = await resolveCommit(repository, sha);
  if (commit !== undefined && environment.kind === 'pinned') {
    const tags = await gitText(
      repository.directory,
      [
        'for-each-ref',
        '--format=%(refname:short)',
        `--points-at=${commit}`,
        `refs/tags/${environment.name}/`,
      ],
      { to: 'find the release' },
    );
    const [name] = tags.split('\n').filter((tag) => parseReleaseName(tag)?.environment === environment.name);
    if (name !== undefined) return resolveRelease(repository, { head, config, name });
  }
  if (
    commit !== undefined &&
    environment.kind === 'following' &&
    (await commonCommit(repository, commit, head)) === commit
  ) {
    const name = `${environment.name}@${commit}`;
    const [entry] = await readLedger(repository, { head: commit, environment, limit: 1 });
    const found = await resolveRelease(repository, { head, config, name });
    return { ...found, release: entry?.release ?? found.release };
  }
  throw new BitiqError({
    code: 'release-missing',
    message: `${environment.name} cannot have run the commit ${sha}: ${environment.kind === 'pinned' ? `it has no release there` : 'main does not have it'}.`,
    fix: `Name the synced commit, which is .status.sync.revision of the Application; \`bitiq log ${environment.name}\` lists what it ran.`,
  });
}

function pick(combination: Combination, services: readonly string[], release: string): Combination {
  for (const service of services) {
    if (!combination.has(service)) throw missingService(service, release, combination.keys());
  }
  return services.length === 0
    ? combination
    : combinationOf([...combination].filter(([service]) => services.includes(service)));
}
