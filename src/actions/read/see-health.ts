import type { Combination } from '../../model/combination.ts';
import type { VersionHealth } from '../../model/health.ts';
import { isPlaceholder } from '../../model/tag.ts';
import type { Repository } from '../../git/repository.ts';
import { readHealth } from './read-health.ts';

/** The health of a combination in an environment. */
export interface CombinationHealth {
  /** Whether the health of this environment is recorded at all. */
  readonly recorded: boolean;
  readonly services: ReadonlyMap<string, VersionHealth>;
}

/** What Git, as it was fetched last, knows of the health of a combination in an environment. */
export async function seeHealth(
  repository: Repository,
  environment: string,
  combination: Combination,
): Promise<CombinationHealth> {
  const known = await readHealth(repository, environment, combination);
  const recorded = known.began !== undefined;
  return {
    recorded,
    services: new Map(
      [...combination].map(([service, tag]): [string, VersionHealth] => {
        const record = isPlaceholder(tag) ? undefined : known.of(service, tag);
        if (record !== undefined) return [service, { seen: 'healthy', record }];
        return [service, { seen: unseen(tag, recorded), record }];
      }),
    ),
  };
}

function unseen(tag: string, recorded: boolean): VersionHealth['seen'] {
  if (isPlaceholder(tag)) return 'not-built';
  return recorded ? 'not-seen' : 'not-recorded';
}
