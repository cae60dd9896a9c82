import type { ReleaseRecord } from '../../model/release.ts';
import { numberIn, type Lineage } from './lineage.ts';

/**
 * The releases whose effect going from one release to another takes back: the first and its parents, without those that
 * the other one stands on too. Newest first; empty when the other one stands on all of them. A release without a record is
 * passed over, and its parents are not.
 */
export async function undoneReleases(
  lineage: Lineage,
  options: { readonly environment: string; readonly from: string | undefined; readonly to: string },
): Promise<ReleaseRecord[]> {
  const { environment } = options;
  const undone: ReleaseRecord[] = [];
  const seen = new Set<string>();
  let [from, to]: (string | undefined)[] = [options.from, options.to];
  // A parent has a lower number, so the higher of the two goes on until both are the same.
  while (from !== undefined && from !== to) {
    const isLower = numberIn(environment, from) < numberIn(environment, to);
    const release: string = isLower ? to! : from;
    // A damaged history must not go in circles.
    if (seen.has(release)) break;
    seen.add(release);
    if (isLower) {
      to = await lineage.parentOf(release);
      continue;
    }
    const record = await lineage.recordOf(release);
    if (record) undone.push(record);
    from = await lineage.parentOf(release);
  }
  return undone;
}
