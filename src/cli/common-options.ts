import type { ContextOf, OptionSpec } from './command.ts';

/** Names the GitOps repository. */
export const repositoryOption = {
  flags: '--repo <path|url|loop>',
  summary:
    'the GitOps repository; `loop` is the one of `bitiq up` here (default: $BITIQ_REPO, else the current folder)',
} as const satisfies OptionSpec;

/** Where the GitOps files are in the repository. */
const placeOptions = [
  {
    flags: '--branch <name>',
    summary:
      'the main branch (default: $BITIQ_BRANCH, `git config bitiq.branch`, main, else the remote’s default)',
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
  { flags: '--offline', summary: 'use what was fetched last, without asking the remote' },
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
  { flags: '--reason <text>', summary: 'the reason, recorded in the commit and the release' },
  { flags: '--json', summary: 'print the plan and the result as JSON' },
] as const satisfies readonly OptionSpec[];

/** The option of writes that meet holds. */
export const forceOption = {
  flags: '--force',
  summary:
    'also move held services (a newer tag lifts the hold, any other tag keeps it), and bring back versions that a rollback removed',
} as const satisfies OptionSpec;

/** The option of writes that make releases, which the policies judge. */
export const unevaluatedOption = {
  flags: '--allow-unevaluated',
  summary: 'release even if a policy could not be evaluated; the others decide, and the release records it',
} as const satisfies OptionSpec;

/** Where images are looked up. */
export const imageStoreOption = {
  flags: '--image-store <dir>',
  summary: 'look up images in OCI layouts in this folder instead of their registries',
} as const satisfies OptionSpec;

/** Options of writes that move versions: where the images are looked up first. */
export const imageOptions = [
  imageStoreOption,
  { flags: '--no-image-check', summary: 'do not check whether every image exists' },
] as const satisfies readonly OptionSpec[];

/** The option of writes whose commit a pull request can propose. */
export const pullRequestOption = {
  flags: '--pr',
  summary:
    'propose the change: push the commit to a branch bitiq/<env>…, and open or update its pull request on GitHub; main stays unchanged',
} as const satisfies OptionSpec;

/** `--source`, as a command lists it that reads the repositories of the services. */
export const sourceOption = {
  flags: '--source <service=path|url>',
  summary: 'read the commits of a service here instead of from its repository in bitiq.yaml; repeatable',
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
  summary: "the loop's state folder (default: $BITIQ_STATE, else .bitiq)",
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
