import type { CatalogueEntry } from './entry.ts';

/** Codes of environments, releases and stops. */
export const releaseErrors = {
  'environment-missing': {
    exit: 2,
    title: 'An environment does not exist',
    explanation: 'bitiq.yaml lists the environments.',
  },
  'environment-moved': {
    exit: 1,
    title: 'Somebody else moved the environment meanwhile',
    explanation:
      'A rollback without --to, and a promotion of what an environment runs now, depend on the state that you looked at. Another writer moved the environment after your command began, so a second attempt would do something you did not intend. Look at the environment again, then name the release.',
  },
  'environment-frozen': {
    exit: 1,
    title: 'The environment is frozen',
    explanation:
      'No new release may enter until the freeze ends or somebody lifts it. A rollback is always allowed.',
  },
  'service-missing': {
    exit: 2,
    title: 'A service does not exist there',
    explanation: "The environment's values file, or bitiq.yaml, does not list a service of that name.",
  },
  'service-held': {
    exit: 1,
    title: 'The service is held',
    explanation:
      'Automation skips a held service. People pass --force, or lift the hold first with `bitiq unhold`.',
  },
  'stop-invalid': {
    exit: 1,
    title: 'A hold or a freeze is not valid, or has no effect',
    explanation:
      'environments/<env>/holds.yaml lists holds with service, reason, by, since and optionally until; freezes.yaml lists freezes with reason, by, since and optionally until or weekly. While one of the files is not valid, automation moves nothing there and no new release enters. A warning means that the entry has ended, or names a service that the environment does not run.',
  },
  'stop-missing': {
    exit: 2,
    title: 'There is no such hold or freeze',
    explanation: '`bitiq status` shows the holds and freezes of every environment.',
  },
  'stop-conflict': {
    exit: 1,
    title: 'Two holds or two freezes overlap',
    explanation:
      'A service has at most one hold, and an environment at most one freeze at a time, so that it is clear who ends it. Lift the existing one first, with `bitiq unhold` or `bitiq thaw`. A single freeze may overlap a weekly one.',
  },
  'action-denied': {
    exit: 1,
    title: 'The action is not possible in this state',
    explanation:
      'There is nothing to promote (no service was built yet, or bitiq.yaml keeps one out of the target), nothing to roll back to (the environment has not run another release before this one), or a service cannot be removed because a values file, a hold or a rule still names it, or because it is the last one. The fix says what to do first.',
  },
  'rollback-irreversible': {
    exit: 1,
    title: 'A rollback would cross a release that cannot be undone',
    explanation:
      'A release in between was promoted with --irreversible, for example because it changes a database. --force goes back anyway.',
  },
  'release-missing': {
    exit: 2,
    title: 'A release does not exist',
    explanation: '`bitiq log ENV` lists the releases of an environment.',
  },
  'release-rolled-back': {
    exit: 1,
    title: 'A release would bring back what a rollback removed',
    explanation:
      'The last change that removed this version, or this whole release, from the environment was a rollback. The message says who went back and why. Newer versions are allowed; --force brings it back anyway.',
  },
  'release-tag-moved': {
    exit: 1,
    title: 'A release tag was moved',
    explanation:
      'A release tag never changes, but somebody moved one, on the remote or in this clone. The message says which commit is right according to the record on main, and the fix restores it.',
  },
  'release-record-invalid': {
    exit: 1,
    title: 'A release tag has no valid record',
    explanation:
      'A release is an annotated tag. Its message is YAML with the services, the chart version, the origin and a digest. A lightweight tag has no message.',
  },
  'release-mismatch': {
    exit: 1,
    title: 'A release does not match what was recorded of it',
    explanation:
      "The combination must be the same in the tag's message, in the values file and in appVersion of its tree. A release or a health record never changes afterwards, and every number has its tag. If a tag is gone, push it again from a clone that has it.",
  },
  'signature-invalid': {
    exit: 1,
    title: 'A release does not have the signature that it needs',
    explanation:
      "Git verifies tags and commits with its own settings: gpg.ssh.allowedSignersFile, or GnuPG's keyring. The signature is missing, does not match the content, was made with a key that is not allowed, or cannot be verified here.",
  },
  'pointer-missing': {
    exit: 1,
    title: 'An environment has no pointer',
    explanation:
      'A pinned environment needs environments/<env>/application.yaml with spec.source.targetRevision: docs/adopting.md shows a whole file.',
  },
  'pointer-invalid': {
    exit: 1,
    title: 'A pointer does not name a release by its full name',
    explanation:
      'targetRevision must be refs/tags/<env>/<n>, a release tag of its own environment, or refs/tags/<env>/0 before the first release. Argo CD resolves the short form <env>/<n> to a branch or a tag; bitiq reads it, and the next promotion or rollback writes the full name.',
  },
  'ref-ambiguous': {
    exit: 1,
    title: 'A branch or a tag has the name of a release, an environment or main',
    explanation:
      'Argo CD can deliver a branch prod/3 instead of the release, a tag prod keeps Git from creating the tag prod/3, and Git can take a tag main for the branch. Remove it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
