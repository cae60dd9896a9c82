import type { Combination } from '../../model/combination.ts';
import { BitiqError } from '../../model/errors.ts';
import { isSelected, type Selection } from '../../model/select-services.ts';
import { isPlaceholder } from '../../model/tag.ts';

/**
 * The combination of a release without placeholders, which are not versions: what runs stays, and what does not run stays out
 * (`waiting`). Of those `unbuilt` are the ones that were to come and that the source has as placeholders itself, so no one built them.
 */
export function leaveOutUnbuilt(release: {
  readonly combination: Combination;
  readonly current: Combination | undefined;
  readonly selection?: Selection | undefined;
  readonly source?: { readonly combination: Combination } | undefined;
}): {
  readonly combination: Combination;
  readonly waiting: readonly string[];
  readonly unbuilt: readonly string[];
} {
  const { current, selection = {}, source } = release;
  const pairs = [...release.combination].map(([service, tag]) => {
    return [service, isPlaceholder(tag) ? (current?.get(service) ?? tag) : tag] as const;
  });
  const waiting = pairs.filter(([, tag]) => isPlaceholder(tag)).map(([service]) => service);
  return {
    combination: new Map(pairs.filter(([, tag]) => !isPlaceholder(tag))),
    waiting,
    unbuilt: waiting.filter(
      (service) => isSelected(selection, service) && isPlaceholder(source?.combination.get(service) ?? ''),
    ),
  };
}

/** `shop was never built: it stays out of prod/4.` */
export function describeLeftOut(
  service: string,
  why: { readonly isUnbuilt: boolean; readonly of: string },
): string {
  return `${service} ${why.isUnbuilt ? 'was never built' : 'is left out'}: it stays out of ${why.of}.`;
}

/** The error of a release without any version. */
export function nothingBuilt(
  environment: string,
  wanted: { readonly from: string; readonly combination: Combination },
  unbuilt: readonly string[],
): BitiqError {
  if (wanted.combination.size === 0) {
    return new BitiqError({
      code: 'action-denied',
      message: `${wanted.from} has no services, so there is nothing to release to ${environment}.`,
      fix: 'Add one first: `bitiq service add --help`.',
    });
  }
  const which = unbuilt.length === 0 ? '' : ` (${unbuilt.join(', ')})`;
  return new BitiqError({
    code: 'action-denied',
    message: `None of the new services has been built yet${which}, so there is nothing to release to ${environment}.`,
    fix: 'Build one of them first: its tag replaces the placeholder.',
  });
}
