import { gitText } from '../git/git.ts';
import { resolveCommit, type Repository } from '../git/repository.ts';
import { isPlaceholder } from '../model/tag.ts';
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
  const began = health.began && (await dateOf(repository, health.began));
  return entries.map(({ date, combination }) => {
    if (!began || !combination || Date.parse(date) <= began) return undefined;
    return [...combination]
      .filter(([service, tag]) => !isPlaceholder(tag) && health.of(service, tag) === undefined)
      .map(([service]) => service)
      .sort();
  });
}

/** In milliseconds; undefined for a commit that is not here, as in a shallow clone. */
async function dateOf(repository: Repository, revision: string): Promise<number | undefined> {
  const sha = await resolveCommit(repository, revision);
  if (sha === undefined) return undefined;
  const text = await gitText(repository.directory, ['log', '--max-count=1', '--format=%cI', sha, '--'], {
    to: 'read when health was recorded first',
  });
  return Date.parse(text) || undefined;
}
