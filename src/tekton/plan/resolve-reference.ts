import type { TektonFinding } from '../finding.ts';
import { replaceValue, type Replacements } from '../substitution/replace.ts';
import type { Reference } from '../types.ts';

/** The reference with everything put into the parameters of its resolver. */
export function replaceReference(reference: Reference, phases: readonly Replacements[]): Reference {
  return {
    ...reference,
    params: reference.params.map((param) => ({
      ...param,
      value: phases.reduce((value, phase) => replaceValue(value, phase), param.value),
    })),
  };
}

/** The finding for a reference that a resolver would have to fetch, and has not. */
export function unresolved(kind: string, reference: Reference): TektonFinding {
  return {
    code: 'tekton-unsupported',
    severity: 'error',
    reason: kind === 'Pipeline' ? 'CouldntGetPipeline' : 'CouldntGetTask',
    message: `The resolver ${reference.resolver} of a ${kind} was not asked, as nothing is fetched here.`,
    fix: `Put the ${kind} into the files and name it.`,
    place: reference.place,
    reference: { kind, reference },
  };
}
