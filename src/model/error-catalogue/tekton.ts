import type { CatalogueEntry } from './entry.ts';

/** Codes of the tekton part. */
export const tektonErrors = {
  'tekton-invalid': {
    exit: 1,
    title: 'A Tekton file has a fault',
    explanation:
      'A field is missing, unknown or of the wrong type, or a name points to nothing. Every fault is listed with its file and line.',
  },
  'tekton-unsupported': {
    exit: 1,
    title: 'A Tekton feature is not supported without a cluster',
    explanation:
      'bitiq runs Tekton files itself and refuses by name, before anything runs, what it would otherwise do differently from a cluster.',
  },
  'tekton-not-found': {
    exit: 2,
    title: 'A Pipeline, Task or listener is not in the files given',
    explanation:
      'The name is looked up in the files that were loaded. The message lists the names that are there.',
  },
  'tekton-run-invalid': {
    exit: 1,
    title: 'A PipelineRun does not fit its Pipeline',
    explanation:
      'A parameter or workspace is missing or of the wrong type, or tasks depend on each other in a circle. Nothing was started.',
  },
  'tekton-unresolved': {
    exit: 3,
    title: 'A resolver could not get a Pipeline, Task or StepAction',
    explanation:
      'A reference names a Git repository or an address from which the object is fetched before anything runs. The message says what that place answered.',
  },
  'tekton-request-invalid': {
    exit: 2,
    title: 'An HTTP request for a trigger cannot be read',
    explanation:
      'The file holds a raw HTTP request: a request line, headers, an empty line, then as many bytes as Content-Length says, or the rest.',
  },
} as const satisfies Record<string, CatalogueEntry>;
