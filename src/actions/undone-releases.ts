import type { ReleaseRecord } from '../model/release.ts';
import { parseReleaseName } from '../model/release.ts';
import type { Repository } from '../git/repository.ts';
import { readRecords } from './read-records.ts';

const chunk = 50;

/**
 * The releases whose effect going from one release to another takes back: the first and its parents, without those that
 * the other one stands on too. Newest first; empty when the other one stands on all of them.
 */
export async function undoneReleases(
  repository: Repository,
  options: { readonly environment: string; readonly from: string; readonly to: string },
): Promise<ReleaseRecord[]> {
  const { environment } = options;
  const records = new Map<string, ReleaseRecord>();
  const undone: ReleaseRecord[] = [];
  let [from, to]: (string | undefined)[] = [options.from, options.to];
  // A parent has a lower number, so the higher of the two goes on until both are the same.
  while (from !== undefined && from !== to) {
    if (numberOf(from) < numberOf(to)) {
      to = (await recordOf(to!))?.parent;
      continue;
    }
    const record = await recordOf(from);
    if (record) undone.push(record);
    from = record?.parent;
  }
  return undone;

  async function recordOf(release: string): Promise<ReleaseRecord | undefined> {
    if (!records.has(release)) {
      const number = numberOf(release);
      const names = Array.from(
        { length: Math.min(chunk, number) },
        (_, index) => `${environment}/${number - index}`,
      );
      for (const [name, record] of await readRecords(repository, environment, names))
        records.set(name, record);
    }
    return records.get(release);
  }
}

function numberOf(release: string | undefined): number {
  const parsed = release === undefined ? undefined : parseReleaseName(release);
  return parsed?.kind === 'pinned' ? parsed.number : 0;
}
