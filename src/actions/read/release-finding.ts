import type { Finding } from '../../model/finding.ts';

/** A finding about a release, at its tag. */
export function releaseFinding(
  release: string,
  code: Finding['code'],
  message: string,
  fix: string = makeNew,
): Finding {
  return { code, severity: 'error', place: { file: `refs/tags/${release}` }, message, fix };
}

const makeNew =
  'Find out who did it. A release never changes: promote again, and `bitiq rollback` goes to one that verifies.';
