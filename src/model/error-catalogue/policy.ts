import type { CatalogueEntry } from './entry.ts';

/** Codes of policies and their verdicts. */
export const policyErrors = {
  'policy-invalid': {
    exit: 1,
    title: 'A policy file is broken',
    explanation:
      'A file below policies/ is not a valid policy: a field is wrong, or an expression does not compile. The place is shown.',
  },
  'policy-unsupported': {
    exit: 1,
    title: 'A policy needs what cannot be evaluated here',
    explanation:
      'bitiq evaluates validating policies of the modes Kubernetes and JSON, without a cluster or a network. Other kinds and modes are named and refused.',
  },
  'policy-denied': {
    exit: 1,
    title: 'A policy denies an object or a release',
    explanation:
      'The message names the policy, the object and the line; change the values, or write a PolicyException below policies/exceptions/.',
  },
  'policy-not-evaluated': {
    exit: 3,
    title: 'A policy was not evaluated',
    explanation:
      'Rego files are evaluated by the opa program, and it is not on PATH, failed, or took too long. A gate that cannot judge stays closed: a release is made only with --allow-unevaluated, and its record lists what was skipped, by whom and why.',
  },
} as const satisfies Record<string, CatalogueEntry>;
