import type { Config } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { branchNames } from '../../git/branches.ts';
import type { Repository } from '../../git/repository.ts';
import { findAmbiguousRefs } from '../read/find-ambiguous-refs.ts';

/** Findings about branches and tags that are named like a release, an environment or main; without `online`, as they were fetched last. */
export async function checkAmbiguousRefs(
  repository: Repository,
  config: Config,
  { online }: { readonly online: boolean },
): Promise<Finding[]> {
  const branches = await branchNames(repository, { seen: !online });
  const found = await findAmbiguousRefs(repository, { environments: config.environments, branches });
  return found.map(({ ref, severity, message, fix }) => ({
    code: 'ref-ambiguous' as const,
    severity,
    place: { file: ref },
    message,
    fix,
  }));
}
