import type { CatalogueEntry } from './entry.ts';

/** Codes of the local part. */
export const localErrors = {
  'remote-name-malformed': {
    exit: 2,
    title: 'A remote of the laptop loop has a name that cannot be one',
    explanation:
      'The name is a folder, a part of a URL and a word in a hook: lower-case letters, digits, dots, dashes, underscores.',
  },
  'remote-damaged': {
    exit: 3,
    title: 'A remote of the laptop loop is not a bare Git repository',
    explanation:
      'Something else stands in the folder of the remote. Move it away; the next start makes a new remote.',
  },
  'port-unavailable': {
    exit: 3,
    title: 'The port of the laptop loop cannot be listened on',
    explanation: 'Another program has it, or the system forbids it. Choose another one with `--port`.',
  },
  'webhook-undelivered': {
    exit: 3,
    title: 'A push webhook was not accepted by its receiver',
    explanation:
      'The receiver could not be reached, answered with an error, or refused the signature. The loop tries again until a newer push replaces it.',
  },
  'secret-file-invalid': {
    exit: 3,
    title: 'A file with a secret of the laptop loop cannot be used',
    explanation: 'It is empty or too short. Delete it; the next start writes a new secret.',
  },
  'manifest-unsupported': {
    exit: 3,
    title: 'A rendered object cannot be run as a process',
    explanation:
      'Without a cluster each Deployment is one process with one port. The message names the object and the field that needs more than that.',
  },
  'service-unstartable': {
    exit: 3,
    title: 'A service could not be started as a process',
    explanation: 'Its image has no command, or the machine refused to start it. The message says which.',
  },
  'environment-in-use': {
    exit: 3,
    title: 'Another loop runs this environment',
    explanation:
      'One folder of applications belongs to one running loop. End the other one with Ctrl-C or `bitiq down`.',
  },
  'loop-running': {
    exit: 3,
    title: 'A loop runs on this state folder already',
    explanation:
      'One state folder belongs to one loop. Use the one that runs, end it with `./bitiq down`, or name another folder.',
  },
  'state-unusable': {
    exit: 3,
    title: 'The state folder of the laptop loop cannot be written',
    explanation:
      'The disk is full, or the folder is read-only or belongs to someone else. The message has the reason that the system gave.',
  },
  'demo-failed': {
    exit: 1,
    title: 'A step of the demo did not hold',
    explanation:
      'The demo asks the running services over HTTP after every step; the message says what was expected and what came.',
  },
} as const satisfies Record<string, CatalogueEntry>;
