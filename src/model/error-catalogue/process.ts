import type { CatalogueEntry } from './entry.ts';

/** Codes of the tools that bitiq runs. */
export const processErrors = {
  'tool-missing': {
    exit: 3,
    title: 'A tool that is needed is not on PATH',
    explanation: 'Install the tool, or see `bitiq doctor` for what is missing and how to get it.',
  },
  'machine-refused': {
    exit: 3,
    title: 'The operating system refused something',
    explanation:
      'A full or read-only disk, missing rights or too many open files. A write to Git happens whole or not at all, so nothing is half-done there.',
  },
  'tool-failed': {
    exit: 3,
    title: 'A tool that bitiq runs ended with an error',
    explanation:
      'The message shows the command, the reason it was run, and the end of what it printed, secrets removed.',
  },
} as const satisfies Record<string, CatalogueEntry>;
