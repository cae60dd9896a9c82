import { createHash } from 'node:crypto';
import { BitiqError } from './errors.ts';
import { isServiceName } from './service-name.ts';
import { isPlaceholder, isTag, tagPattern } from './tag.ts';

/** The set service → tag that an environment runs. The order of its entries has no meaning. */
export type Combination = ReadonlyMap<string, string>;

/** The combination of these pairs; throws `name-invalid` when a service comes twice, and on a bad name or tag. */
export function combinationOf(pairs: Iterable<readonly [service: string, tag: string]>): Combination {
  const combination = new Map<string, string>();
  for (const [service, tag] of pairs) {
    if (!isServiceName(service)) throw malformed(`${JSON.stringify(service)} is not a service name`);
    if (!isTag(tag)) throw malformed(`${JSON.stringify(tag)} is not a tag`);
    if (combination.has(service)) throw malformed(`it names the service ${service} twice`);
    combination.set(service, tag);
  }
  return combination;
}

/** The services of a combination in the order of their bytes. */
export function servicesOf(combination: Combination): string[] {
  return [...combination.keys()].sort();
}

/** The composite version: `<service>-<tag>` joined by `_`, sorted by service; the empty string for no service. */
export function printComposite(combination: Combination): string {
  return servicesOf(combination)
    .map((service) => `${service}-${combination.get(service)}`)
    .join('_');
}

const part = new RegExp(`^(.+)-(${tagPattern})$`);

/** The combination that a composite version says. Inverse of printComposite; throws `name-invalid`. */
export function parseComposite(text: string): Combination {
  if (text === '') return new Map();
  const combination = combinationOf(
    text.split('_').map((piece) => {
      const match = part.exec(piece);
      if (!match) throw malformed(`${JSON.stringify(piece)} is not <service>-<tag>`);
      return [match[1] ?? '', match[2] ?? ''] as const;
    }),
  );
  if (printComposite(combination) !== text) throw malformed('its services are not sorted');
  return combination;
}

/** The release id: the first 12 hex digits of the SHA-256 of the composite version; fits a label. */
export function releaseId(combination: Combination): string {
  return createHash('sha256').update(printComposite(combination)).digest('hex').slice(0, 12);
}

/** Whether two combinations name the same services with the same tags. */
export function sameCombination(a: Combination, b: Combination): boolean {
  return printComposite(a) === printComposite(b);
}

function malformed(why: string): BitiqError {
  return new BitiqError({
    code: 'name-invalid',
    message: `This is not a composite version: ${why}.`,
    fix: 'It is <service>-<tag> joined by `_` and sorted by service; `bitiq appversion` prints the true one.',
  });
}

/** An earlier combination, in which what was never built has the tag of now: there is no image to go back to. */
export function builtOf(earlier: Combination, current: Combination): Combination {
  return new Map(
    [...earlier].map(([service, tag]) => [service, isPlaceholder(tag) ? (current.get(service) ?? tag) : tag]),
  );
}
