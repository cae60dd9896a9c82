import type { Combination } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { parseReleaseName, printFollowingRelease, type ReleaseRecord } from '../../model/release.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { requireEnvironmentState } from './environment-state.ts';
import { requireRecord } from './read-records.ts';
import { warnOfMovedTag } from './recorded-tags.ts';
import { readTreeCombination, requireEnvironment } from './read-state.ts';

/** A release that a person named: what it is called, its tree and its combination. */
export interface ResolvedRelease {
  readonly release: string;
  readonly environment: string;
  /** The full sha of the commit that is its tree; undefined for `prod/0`. */
  readonly commit: string | undefined;
  readonly combination: Combination;
  readonly record: ReleaseRecord | undefined;
  /** Why this may not be what ran: its tag was moved. */
  readonly findings: readonly Finding[];
}

/** The release that `prod/3`, `dev@abc1234`, or an environment's name (what it runs now) stands for. */
export async function resolveRelease(
  repository: Repository,
  options: { readonly head: string; readonly config: Config; readonly name: string },
): Promise<ResolvedRelease> {
  const { head, config, name } = options;
  const parsed = parseReleaseName(name);
  if (parsed === undefined) {
    if (name === '' || /[/@]/.test(name)) throw notAName(name, config);
    const state = await requireEnvironmentState(repository, head, requireEnvironment(config, name));
    const { environment, release, record } = state;
    const isTagged = record !== undefined;
    return {
      ...state,
      findings: isTagged ? await warnOfMovedTag(repository, { head, environment, release }) : [],
    };
  }
  const commitOfTag =
    parsed.kind === 'pinned' ? await resolveCommit(repository, `refs/tags/${name}`) : undefined;
  const known = config.environments.find((each) => each.name === parsed.environment);
  // A release stays when its environment goes.
  if (parsed.kind === 'pinned' && (known?.kind === 'pinned' || (!known && commitOfTag !== undefined))) {
    const { environment } = parsed;
    const findings = await warnOfMovedTag(repository, { head, environment, release: name });
    const record = await requireRecord(repository, environment, name).catch((error: unknown) => {
      const [moved] = findings;
      throw moved !== undefined && error instanceof BitiqError ? new BitiqError(moved) : error;
    });
    return {
      release: name,
      environment,
      findings,
      commit: commitOfTag,
      combination: record.services,
      record,
    };
  }
  const environment = known ?? requireEnvironment(config, parsed.environment);
  if (parsed.kind === 'pinned') throw notAName(name, config);
  const commit = environment.kind === 'pinned' ? undefined : await resolveCommit(repository, parsed.sha);
  if (commit === undefined) throw notAName(name, config);
  return {
    release: printFollowingRelease(environment.name, commit),
    environment: environment.name,
    commit,
    combination: await readTreeCombination(commitTree(repository, commit), environment.name),
    record: undefined,
    findings: [],
  };
}

function notAName(name: string, config: Config): BitiqError {
  const forms = config.environments.flatMap((environment) => [
    environment.name,
    environment.kind === 'pinned' ? `${environment.name}/1` : `${environment.name}@<sha>`,
  ]);
  return new BitiqError({
    code: 'release-missing',
    message: name === '' ? 'The name of the release is empty.' : `${JSON.stringify(name)} names no release.`,
    fix: `A release is named like this: ${forms.join(', ')}. ${suggestion(
      name,
      config.environments.map((each) => each.name),
    )}`,
  });
}
