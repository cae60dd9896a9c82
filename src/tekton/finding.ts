import { BitiqError, type Place } from '../model/errors.ts';
import type { Reference } from './types.ts';

/** The codes that reading and planning Tekton files can find. */
type TektonFindingCode = 'tekton-invalid' | 'tekton-unsupported' | 'tekton-missing' | 'tekton-unavailable';

/** One fault of a Tekton file or run, with the place of the cause. */
export interface TektonFinding {
  readonly code: TektonFindingCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly fix: string;
  readonly place: Place;
  /** The reason that Tekton itself would put into the run's condition, such as `ParameterMissing`. */
  readonly reason?: string | undefined;
  /** What a resolver would have to fetch before the plan can be made. */
  readonly reference?: { readonly kind: string; readonly reference: Reference } | undefined;
}

/** Throws one BitiqError that tells all findings of severity `error`; returns when there are none. */
export function refuseFindings(findings: readonly TektonFinding[]): void {
  const errors = findings.filter((finding) => finding.severity === 'error');
  const [first, ...others] = errors;
  if (!first) return;
  throw new BitiqError({
    code: first.code,
    message: [
      first.message,
      ...others.map((finding) => `${printPlace(finding.place)}: ${finding.message}`),
    ].join('\n'),
    fix: first.fix,
    state: 'Nothing was run.',
    place: first.place,
  });
}

/** `file:line:column`, as far as it is known. */
function printPlace(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
