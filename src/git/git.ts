import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run, stripSecrets, type RunResult } from '../process/run.ts';
import { stillWaiting } from '../process/still-waiting.ts';
import { withGitConfig, withoutConfiguredLogins, withoutLogins } from './hide-logins.ts';

export interface GitOptions {
  /** Why git is run, as the end of "git failed to …". */
  readonly to: string;
  readonly input?: string | Uint8Array | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly allow?: readonly number[] | 'any' | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After so many milliseconds git is ended, with all that it started. */
  readonly limitMs?: number | undefined;
}

/** Variables that name a repository to git, as hooks of another one have them. Source: `git rev-parse --local-env-vars`. */
const otherRepository = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

/** What a person may have set for themselves, and would change what git prints here; and what keeps git from running what a repository names. */
const settings = [
  'log.showSignature=false',
  'color.ui=false',
  'core.quotePath=false',
  // A bare repository that is found may be a part of a checkout, and its settings can name programs: git-config(1).
  'safe.bareRepository=explicit',
  'protocol.ext.allow=never',
].flatMap((each) => ['-c', each]);

/** Folders that were only found: around the current folder, say. */
const found = new Set<string>();

/**
 * Says whether a folder was only found, and not named by a person, a setting or the loop. A bare repository that was only found may be
 * a part of a checkout, so git does not use it; one that was named is used, and still no missing object is fetched for a read.
 */
export function markFound(directory: string, isFound: boolean): void {
  if (isFound) found.add(directory);
  else found.delete(directory);
}

/** What keeps the logins of remotes out of arguments, by the partial clone that may ask them for an object at any moment. */
const lazy = new Map<string, ReturnType<typeof withoutConfiguredLogins>>();

/** Notes the addresses of a clone's remotes, by its settings, where git itself fetches from them what a partial clone does not have. */
export function noteSettings(directory: string, settings: ReadonlyMap<string, readonly string[]>): void {
  lazy.delete(directory);
  if (![...settings.keys()].some((key) => /^remote\..*\.promisor$/.test(key))) return;
  const pairs = [...settings].flatMap(([key, values]) => values.map((value) => [key, value] as const));
  lazy.set(directory, withoutConfiguredLogins(pairs, []));
}

/** Whether a folder is a bare repository that git may use, by what is in it. */
function isNamedBare(directory: string): boolean {
  if (found.has(directory)) return false;
  const has = (name: string) => existsSync(join(directory, name));
  return !has('.git') && has('HEAD') && has('objects') && has('refs');
}

/** Runs the user's git in a repository and in no other; never asks on a terminal, and prints in English so that its output can be read. */
export async function git(gitDir: string, args: readonly string[], options: GitOptions): Promise<RunResult> {
  const invocation = gitInvocation(gitDir, args, { namesAnother: options.env?.['GIT_DIR'] !== undefined });
  const given = { ...invocation.env, ...options.env };
  const remote = remoteIn(args);
  if (remote === undefined) return run('git', invocation.args, { ...options, env: given });
  const env = await withoutLoginsOfSettings(invocation.args, given);
  const end = stillWaiting(stripSecrets(remote, []));
  try {
    return await run('git', invocation.args, { ...options, env });
  } finally {
    end();
  }
}

/** The remote that git is to reach: a name or an address; undefined where it reaches none. */
function remoteIn(args: readonly string[]): string | undefined {
  const command = args.findIndex((arg) => ['fetch', 'push', 'ls-remote', 'clone'].includes(arg));
  if (command < 0) return undefined;
  return args.slice(command + 1).find((arg) => !arg.startsWith('-')) ?? 'the remote';
}

/** The environment in which git gives no login of its own settings to the programs that it starts. */
async function withoutLoginsOfSettings(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const place = args.slice(0, args.indexOf(settings[0]!));
  const read = ['config', '-z', '--get-regexp', '^(remote\\..*\\.(push)?url|url\\..*\\.(push)?insteadof)$'];
  const options = { to: 'read the addresses of the remotes', env, allow: [0, 1, 128] };
  const { stdout } = await run('git', [...place, ...settings, ...read], options);
  const found = stdout
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const end = entry.indexOf('\n');
      return end < 0 ? [] : [[entry.slice(0, end), entry.slice(end + 1)] as const];
    });
  const hidden = withoutConfiguredLogins(found, args);
  return withGitConfig(env, hidden.config, hidden.env);
}

const none = { config: [], env: {} };

/** The arguments and the environment by which git is started. */
export function gitInvocation(
  gitDir: string,
  args: readonly string[],
  { namesAnother = false }: { readonly namesAnother?: boolean } = {},
): { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const isBare = !namesAnother && isNamedBare(gitDir);
  const own = Object.entries(process.env).filter(([name]) => !otherRepository.includes(name));
  const hidden = withoutLogins(args);
  const { config, env: passwords } = (remoteIn(args) === undefined && lazy.get(gitDir)) || none;
  const env = withGitConfig(Object.fromEntries(own), [...hidden.config, ...config], {
    ...hidden.env,
    ...passwords,
  });
  return {
    args: ['-C', gitDir, ...(isBare ? ['--git-dir=.'] : []), ...settings, ...hidden.args],
    env: {
      ...env,
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      ...(isBare ? { GIT_NO_LAZY_FETCH: '1' } : {}),
    },
  };
}

/** What git printed, without the last newline. */
export async function gitText(gitDir: string, args: readonly string[], options: GitOptions): Promise<string> {
  return (await git(gitDir, args, options)).stdout.toString('utf8').replace(/\n$/, '');
}
