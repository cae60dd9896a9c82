import type { Place } from './errors.ts';
import type { ErrorCode } from './error-catalogue/catalogue.ts';

/** One thing that a check found. `error` makes a check fail, `warning` does not. */
export interface Finding {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  readonly message: string;
  readonly fix: string;
}

/** Findings in the order of file, line, column and code, so that two runs print the same. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) =>
      compareText(a.place.file, b.place.file) ||
      (a.place.line ?? 0) - (b.place.line ?? 0) ||
      (a.place.column ?? 0) - (b.place.column ?? 0) ||
      compareText(a.code, b.code),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
