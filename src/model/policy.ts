import type { Place } from './errors.ts';

/** What a policy does with an object that fails it: stop, or show. */
export type PolicyAction = 'Deny' | 'Warn' | 'Audit';

/** Which policy judged which object with which result. */
export interface PolicyVerdict {
  readonly policy: string;
  /** Where the policy stands. */
  readonly policyFile: string;
  /** Kind and name of what was judged: an object of the rendering, or `Release`. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** `skip`: a match condition or an exception took the object out. */
  readonly result: 'pass' | 'fail' | 'error' | 'skip';
  readonly actions: readonly PolicyAction[];
  /** Why, for anything but a pass. */
  readonly message: string;
  /** The text of the expression that decided, as the policy's author wrote it; of a failure or an error. */
  readonly expression?: string | undefined;
}

/** A verdict that somebody has to look at, with the place in the environment's own files. */
export interface PolicyFinding {
  readonly policy: string;
  readonly policyFile: string;
  /** `error` stops a new release; it comes of a Deny. */
  readonly severity: 'error' | 'warning';
  /** Such as `Deployment/toy-web`. */
  readonly object: string;
  readonly message: string;
  readonly fix: string;
  /** The values or the file to change. */
  readonly place: Place;
  /** The line in the rendered manifests (counting from 1) that the policy is about, where it is known. */
  readonly manifestLine?: number | undefined;
}

/** How many verdicts came out how. */
export interface PolicyCounts {
  readonly pass: number;
  readonly fail: number;
  readonly error: number;
  readonly skip: number;
}

/** Counts verdicts by their result. */
export function countVerdicts(verdicts: readonly PolicyVerdict[]): PolicyCounts {
  const counts = { pass: 0, fail: 0, error: 0, skip: 0 };
  for (const { result } of verdicts) counts[result] += 1;
  return counts;
}

/** Whether a verdict stops a release: a failure, or an error of the policy itself, of a policy that denies. */
export function isDenied(verdict: PolicyVerdict): boolean {
  return (verdict.result === 'fail' || verdict.result === 'error') && verdict.actions.includes('Deny');
}
