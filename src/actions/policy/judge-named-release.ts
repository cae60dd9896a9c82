import type { Combination } from '../../model/combination.ts';
import type { Config } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import type { PolicyReport } from '../policy.ts';
import { readLedger } from '../read/ledger.ts';
import { readValues, requireEnvironment } from '../read/read-state.ts';
import { renderEnvironment } from '../render.ts';
import { judgeRelease } from '../plan/require-policies.ts';
import { resolveRelease, type ResolvedRelease } from '../read/resolve-release.ts';

/** What the policies at the head of main say of a release or environment; with `since`, of what differs from another one. */
export async function judgeNamedRelease(
  repository: Repository,
  options: {
    readonly head: string;
    readonly config: Config;
    readonly name: string;
    readonly since?: string | undefined;
    readonly helm: string;
    readonly now: Date;
  },
): Promise<PolicyReport> {
  const { head, config, since, now } = options;
  const [found, earlier] = await Promise.all(
    [options.name, since].map((name) =>
      name === undefined ? undefined : resolveRelease(repository, { head, config, name }),
    ),
  );
  const render = async (release: ResolvedRelease) => {
    const tree = commitTree(repository, requireCommit(release));
    const { environment } = release;
    return {
      rendering: await renderEnvironment(tree, { environment, helm: options.helm }),
      values: await readValues(tree, environment),
    };
  };
  const [{ rendering, values }, before] = await Promise.all([
    render(found!),
    earlier && render(earlier).then(({ rendering: { manifests } }) => manifests),
  ]);
  const environment = requireEnvironment(config, found!.environment);
  const report = await judgeRelease(repository, {
    base: { tree: commitTree(repository, head), head, config, environment },
    ...{ rendering, values, now },
    since: before,
    combination: found!.combination,
    previous: await previousOf(repository, head, config, found!),
    release: {
      name: found!.release,
      action: actionOf(found!.record),
      from: found!.record?.from ?? 'main',
    },
  });
  // A verdict on a release whose tag was moved is not one on what ran.
  const moved = found!.findings.map((finding) => ({ ...finding, severity: 'error' as const }));
  return { ...report, faults: [...moved, ...report.faults] };
}

/** How a release was made, by its record; one of a following environment is made by `set`. */
export function actionOf(record: ReleaseRecord | undefined): 'promote' | 'set' {
  return record && record.from !== 'set' ? 'promote' : 'set';
}

/** What the environment ran before a release: the parent that its record names, or the entry below it in the ledger. */
export async function previousOf(
  repository: Repository,
  head: string,
  config: Config,
  found: ResolvedRelease,
): Promise<{ name: string; combination: Combination } | undefined> {
  const environment = requireEnvironment(config, found.environment);
  if (found.record) {
    const name = found.record.parent;
    if (name === undefined) return undefined;
    const parent = await resolveRelease(repository, { head, config, name });
    return { name, combination: parent.combination };
  }
  const [, before] = await readLedger(repository, { head: found.commit ?? head, environment, limit: 2 });
  return before?.combination && { name: before.release, combination: before.combination };
}

function requireCommit(release: ResolvedRelease): string {
  if (release.commit !== undefined) return release.commit;
  throw new BitiqError({
    code: 'release-missing',
    message: `${release.environment} has no release yet, so there is nothing to evaluate.`,
    fix: `\`bitiq promote ${release.environment}\` makes the first one, and evaluates it before.`,
  });
}
