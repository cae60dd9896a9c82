import { gitText } from '../../git/git.ts';
import { resolveCommit, type Repository } from '../../git/repository.ts';
import { isPlaceholder } from '../../model/tag.ts';
import type { LedgerEntry } from './ledger.ts';
import { readHealth } from './read-health.ts';

/**
 * For each move of an environment the services whose version was never seen healthy there, sorted. Undefined for a move that
 * is older than the records of health, or whose combination cannot be read: then it is not known.
 */
export async function findUnseenServices(
  repository: Repository,
  environment: string,
  entries: readonly LedgerEntry[],
): Promise<(readonly string[] | undefined)[]> {
  const versions = entries.flatMap(({ combination }) => [...(combination ?? [])]);
  const health = await readHealth(repository, environment, versions);
  const since = await commitsSince(repository, health.began, entries[0]?.commit);
  return entries.map(({ commit, combination }) => {
    if (!combination || !since.has(commit)) return undefined;
    return [...combination]
      .filter(([service, tag]) => !isPlaceholder(tag) && health.of(service, tag) === undefined)
      .map(([service]) => service)
      .sort();
  });
}

/** The commits of main after the one at which the records began; none where that is not here, as in a shallow clone. */
async function commitsSince(
  repository: Repository,
  began: string | undefined,
  newest: string | undefined,
): Promise<ReadonlySet<string>> {
  const sha = began === undefined ? undefined : await resolveCommit(repository, began);
  if (sha === undefined || newest === undefined) return new Set();
  const args = ['rev-list', '--first-parent', `${sha}..${newest}`, '--'];
  const text = await gitText(repository.directory, args, {
    to: 'find what is newer than the records of health',
  });
  return new Set(text.split('\n'));
}
