import type { Finding } from './finding.ts';

/** What `verify` looks at, in the order in which it is printed. */
export const verifiedParts = ['tag', 'signature', 'record', 'tree', 'manifests', 'images', 'health'] as const;

export type VerifiedPart = (typeof verifiedParts)[number];

/**
 * What came out for one part of a release: `ok` holds, `failed` has a finding, `unknown` could not be evaluated and has a finding,
 * `skipped` was left out on request, `none` has nothing to look at.
 */
export interface PartResult {
  readonly part: VerifiedPart;
  readonly result: 'ok' | 'failed' | 'unknown' | 'skipped' | 'none';
  /** What was seen, in a few words. */
  readonly note: string;
}

/** What was verified of one release. */
export interface Verification {
  readonly release: string;
  readonly parts: readonly PartResult[];
  readonly findings: readonly Finding[];
}

/** The result of a part with these findings: it holds where there are none, and otherwise fails with them. */
export function partOf(
  part: VerifiedPart,
  findings: readonly Finding[],
  note: string,
): { readonly result: PartResult; readonly findings: readonly Finding[] } {
  const [first] = findings;
  return { result: { part, result: first ? 'failed' : 'ok', note: first ? first.message : note }, findings };
}
