import type { ContextOf, OptionSpec } from './command.ts';

/** Names the GitOps repository. */
export const repositoryOption = {
  flags: '--repo <path|url|loop>',
  summary:
    'the GitOps repository; `loop` is that of `bitiq up` here (default: $BITIQ_REPO, else the current folder)',
} as const satisfies OptionSpec;

/** Where the GitOps files are in the repository. */
const placeOptions = [
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
] as const satisfies readonly OptionSpec[];

/** Options that every command on a GitOps repository has. */
const repositoryOptions = [
  repositoryOption,
  ...placeOptions,
  { flags: '--offline', summary: 'read what was fetched last, without asking the remote' },
] as const satisfies readonly OptionSpec[];

/** Options that every read has. */
export const readOptions = [
  ...repositoryOptions,
  { flags: '--json', summary: 'print JSON' },
] as const satisfies readonly OptionSpec[];

/** Options that every write has. */
export const writeOptions = [
  repositoryOption,
  ...placeOptions,
  { flags: '--dry-run', summary: 'print the plan and write nothing' },
  { flags: '--reason <text>', summary: 'why, recorded in the commit and the release' },
  { flags: '--json', summary: 'print the plan, and what was done, as JSON' },
] as const satisfies readonly OptionSpec[];

/** The option of writes that meet holds. */
export const forceOption = {
  flags: '--force',
  summary:
    'move held services too: a newer tag lifts the hold, with any other the service stays held; bring back what a rollback took back',
} as const satisfies OptionSpec;

/** The option of writes that make releases, which the policies judge. */
export const unevaluatedOption = {
  flags: '--allow-unevaluated',
  summary:
    'make a release though a policy could not be evaluated; the others decide, and the release says so',
} as const satisfies OptionSpec;

/** Where images are looked up. */
export const imageStoreOption = {
  flags: '--image-store <dir>',
  summary: 'look images up in OCI layouts below this folder, not in their registries',
} as const satisfies OptionSpec;

/** Options of writes that move versions: where the images are looked up first. */
export const imageOptions = [
  imageStoreOption,
  { flags: '--no-image-check', summary: 'do not look up whether every image exists' },
] as const satisfies readonly OptionSpec[];

/** The option of writes whose commit a pull request can propose. */
export const pullRequestOption = {
  flags: '--pr',
  summary:
    'propose it: push the commit on a branch bitiq/<env>…, and open or update its one pull request on GitHub; main stays',
} as const satisfies OptionSpec;

/** `--source`, as a command lists it that reads the repositories of the services. */
export const sourceOption = {
  flags: '--source <service=path|url>',
  summary: 'where the commits of a service are read, instead of its repository in bitiq.yaml; repeatable',
  many: true,
} as const satisfies OptionSpec;

/** When a hold or freeze ends by itself. */
export const untilOption = {
  flags: '--until <moment>',
  summary: 'when it ends: a date-time with its offset, such as 2026-08-05T18:00:00Z',
} as const satisfies OptionSpec;

/** Names the folder of a loop's state. */
export const stateOption = {
  flags: '--state <dir>',
  summary: 'the folder that holds everything of the loop (default: $BITIQ_STATE, else .bitiq)',
} as const satisfies OptionSpec;

/** The options that several commands have; each command has some of them. */
type SharedOptions = readonly [
  ...typeof readOptions,
  ...typeof writeOptions,
  ...typeof imageOptions,
  typeof forceOption,
  typeof unevaluatedOption,
  typeof pullRequestOption,
  typeof stateOption,
];

/** The context of a function that several commands call: it may read the options that commands share, and `More`. */
export type SharedContext<More extends readonly OptionSpec[] = readonly []> = ContextOf<
  readonly [...SharedOptions, ...More]
>;
