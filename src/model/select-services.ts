import type { Combination } from './combination.ts';
import { BitiqError } from './errors.ts';
import { missingService } from './require-service.ts';
import { parseTag } from './tag.ts';

/** Which part of a combination is promoted: all of it, only some services, or all but some; and tags named by hand. */
export interface Selection {
  readonly only?: readonly string[] | undefined;
  readonly except?: readonly string[] | undefined;
  /** These win over what the source says. */
  readonly set?: ReadonlyMap<string, string> | undefined;
}

/**
 * The combination with the source's tags for what is selected, and the target's for the rest and for what the source does not have.
 * Throws `service-missing` for a service that neither has, and `usage` for a selection that contradicts itself.
 */
export function selectServices(source: Combination, target: Combination, selection: Selection): Combination {
  const { only, except = [], set = new Map<string, string>() } = selection;
  if (only !== undefined && except.length > 0) {
    throw contradiction('--only and --except say the same in two ways: one of them is enough.');
  }
  const known = [...new Set([...source.keys(), ...target.keys()])];
  for (const service of [...(only ?? []), ...except, ...set.keys()]) {
    if (!known.includes(service)) throw missingService(service, 'the source or the target', known);
  }
  const absent = only?.find((service) => !source.has(service) && !set.has(service));
  if (absent !== undefined) throw missingService(absent, 'what is promoted', source.keys());
  const both = except.find((service) => set.has(service));
  if (both !== undefined) throw contradiction(`${both} is excepted, and is to have a tag.`);
  for (const tag of set.values()) parseTag(tag);

  const kept = [...target].filter(([service]) => !isSelected(selection, service) || !source.has(service));
  const taken = [...source].filter(([service]) => isSelected(selection, service));
  return new Map([...kept, ...taken, ...set]);
}

/** Whether a selection takes the source's tag of a service. */
export function isSelected({ only, except = [] }: Selection, service: string): boolean {
  return only === undefined ? !except.includes(service) : only.includes(service);
}

function contradiction(message: string): BitiqError {
  return new BitiqError({
    code: 'usage',
    message,
    fix: 'Name what is promoted with --only a,b or what is not with --except c, and other tags with --set d=TAG.',
  });
}
