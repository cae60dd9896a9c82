import type { OptionSpec } from './command.ts';

/** Names the GitOps repository. */
export const repositoryOption: OptionSpec = {
  flags: '--repo <path|url|loop>',
  summary:
    'the GitOps repository; `loop` is that of `bitiq up` here (default: $BITIQ_REPO, else the current folder)',
};

/** Where the GitOps files are in the repository. */
const placeOptions: readonly OptionSpec[] = [
  {
    flags: '--branch <name>',
    summary:
      'the branch that holds the truth (default: $BITIQ_BRANCH, `git config bitiq.branch`, main, else the remote’s default)',
  },
  {
    flags: '--folder <path>',
    summary:
      'the folder of the GitOps files (default: $BITIQ_FOLDER, the nearest with a bitiq.yaml, `git config bitiq.folder`)',
  },
];

/** Options that every command on a GitOps repository has. */
const repositoryOptions: readonly OptionSpec[] = [
  repositoryOption,
  ...placeOptions,
  { flags: '--offline', summary: 'read what was fetched last, without asking the remote' },
];

/** Options that every read has. */
export const readOptions: readonly OptionSpec[] = [
  ...repositoryOptions,
  { flags: '--json', summary: 'print JSON' },
];

/** Options that every write has. */
export const writeOptions: readonly OptionSpec[] = [
  repositoryOption,
  ...placeOptions,
  { flags: '--dry-run', summary: 'print the plan and write nothing' },
  { flags: '--reason <text>', summary: 'why, recorded in the commit and the release' },
  { flags: '--json', summary: 'print the plan, and what was done, as JSON' },
];

/** The option of writes that meet holds. */
export const forceOption: OptionSpec = {
  flags: '--force',
  summary:
    'move held services too: a newer tag lifts the hold, with any other the service stays held; bring back what a rollback took back',
};

/** The option of writes that make releases, which the policies judge. */
export const unevaluatedOption: OptionSpec = {
  flags: '--allow-unevaluated',
  summary:
    'make a release though a policy could not be evaluated; the others decide, and the release says so',
};

/** Where images are looked up. */
export const imageStoreOption: OptionSpec = {
  flags: '--image-store <dir>',
  summary: 'look images up in OCI layouts below this folder, not in their registries',
};

/** Options of writes that move versions: where the images are looked up first. */
export const imageOptions: readonly OptionSpec[] = [
  imageStoreOption,
  { flags: '--no-image-check', summary: 'do not look up whether every image exists' },
];
