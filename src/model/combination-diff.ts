import { servicesOf, type Combination } from './combination.ts';
import { isNewer } from './tag.ts';

/** How one service differs between two combinations. */
export interface TagChange {
  readonly service: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly kind: 'added' | 'removed' | 'upgrade' | 'downgrade';
}

/** The services whose tags differ, sorted by service; empty when the combinations are the same. */
export function diffCombinations(from: Combination, to: Combination): TagChange[] {
  const services = new Set([...servicesOf(from), ...servicesOf(to)]);
  return [...services].sort().flatMap((service) => changeOf(service, from.get(service), to.get(service)));
}

function changeOf(service: string, from: string | undefined, to: string | undefined): TagChange[] {
  if (from === to) return [];
  if (from === undefined) return [{ service, to, kind: 'added' }];
  if (to === undefined) return [{ service, from, kind: 'removed' }];
  const kind = isNewer(from, to) ? 'downgrade' : 'upgrade';
  return [{ service, from, to, kind }];
}
