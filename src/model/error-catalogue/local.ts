import type { CatalogueEntry } from './entry.ts';

/** Codes of what runs: tools, clusters, Tekton files and the laptop loop. */
export const localErrors = {
  'tool-missing': {
    exit: 3,
    title: 'A required tool is not installed',
    explanation:
      '`bitiq doctor` shows what is missing and how to get it. Helm must be 3.14 or newer, in BITIQ_HELM or on PATH; otherwise bitiq fetches or builds its pinned release, and the message says why both failed.',
  },
  'tool-failed': {
    exit: 3,
    title: 'A program that bitiq ran failed',
    explanation:
      'The message shows the command, why bitiq ran it, and the end of its output, without secrets. Git cannot update a clone that has a left-over lock file, or a tag `prod` where it must create `prod/1`. The command of `bitiq bisect` failed if it was killed, exited with 128 or more, or gave different results for the same release.',
  },
  'system-error': {
    exit: 3,
    title: 'The operating system refused something',
    explanation:
      "A full or read-only disk, missing rights, too many open files, or a file in the loop's state folder that is empty or damaged. Writes to Git are atomic, so nothing is half-done there.",
  },
  'cluster-unreachable': {
    exit: 3,
    title: 'kubectl could not reach a cluster',
    explanation: 'bitiq uses your kubectl with its current context, or the context of --context.',
  },
  'cluster-secret-missing': {
    exit: 1,
    title: 'The cluster does not have a Secret that bitiq must read',
    explanation:
      '`bitiq bootstrap ENV` creates the Secrets that a cluster needs first, and lists the missing ones.',
  },
  'tekton-invalid': {
    exit: 1,
    title: 'A Tekton file has a fault, or a run does not match its Pipeline',
    explanation:
      'A field is missing, unknown or of the wrong type, a name refers to nothing, a parameter or workspace is missing, or tasks depend on each other in a circle. Every fault is listed with its file and line. Nothing was started.',
  },
  'tekton-unsupported': {
    exit: 1,
    title: 'A Tekton feature is not supported without a cluster',
    explanation:
      'bitiq runs Tekton files itself. Before anything runs, it names and rejects the features that it would run differently from a cluster.',
  },
  'tekton-missing': {
    exit: 2,
    title: 'The given files do not contain a Pipeline, Task or listener',
    explanation: 'The message lists the names that the loaded files do contain.',
  },
  'tekton-unavailable': {
    exit: 3,
    title: 'A resolver could not fetch a Pipeline, Task or StepAction',
    explanation:
      'A reference names a Git repository or an address, and bitiq fetches the object from there before anything runs. The message includes the answer.',
  },
  'port-unavailable': {
    exit: 3,
    title: "The loop's port is in use",
    explanation: 'Another program uses it, or the system forbids it. Choose another one with `--port`.',
  },
  'loop-running': {
    exit: 3,
    title: 'Another loop is running with this state folder or environment',
    explanation:
      'A state folder, and an environment in it, belongs to one loop. Use the running loop, end it with Ctrl-C or `bitiq down`, or choose another folder with --state.',
  },
  'webhook-failed': {
    exit: 3,
    title: 'The receiver of a push webhook did not accept it',
    explanation:
      'The receiver could not be reached, answered with an error, or rejected the signature. The loop tries again until a newer push replaces it.',
  },
  'service-start-failed': {
    exit: 3,
    title: 'A service cannot be started as a process',
    explanation:
      'Without a cluster each Deployment is one process with one port. The message names the object and the field that needs more than that, or says that the image has no command or that the machine refused to start it.',
  },
  'demo-failed': {
    exit: 1,
    title: 'A step of the demo failed',
    explanation:
      'The demo calls the running services over HTTP after every step; the message says what it expected and what it got.',
  },
} as const satisfies Record<string, CatalogueEntry>;
