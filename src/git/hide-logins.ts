/** Settings of one git, as pairs of key and value. */
type GitConfig = readonly (readonly [key: string, value: string])[];

/**
 * Arguments without the logins of http addresses, which every user of the machine could read there. Git gets them by its settings for
 * credentials instead, and a password by the environment, which only the same user can read.
 */
export function withoutLogins(args: readonly string[]): {
  readonly args: readonly string[];
  readonly config: GitConfig;
  readonly env: NodeJS.ProcessEnv;
} {
  const logins = new Logins();
  return { args: args.map((arg) => logins.take(arg) ?? arg), config: logins.config, env: logins.env };
}

/**
 * What makes git take addresses of its own settings without their logins, which it would give to the program that speaks HTTP as an
 * argument: those of remotes, and those that a setting makes of an address.
 */
export function withoutConfiguredLogins(
  settings: GitConfig,
  args: readonly string[],
): { readonly config: GitConfig; readonly env: NodeJS.ProcessEnv } {
  const logins = new Logins('BITIQ_GIT_REMOTE_PASSWORD_');
  const rewrites: [string, string][] = [];
  const named = settings.filter(([key]) => /^remote\..*\.(?:push)?url$/.test(key)).map(([, value]) => value);
  for (const address of new Set([...named, ...args.filter((arg) => /^https?:\/\//i.test(arg))])) {
    for (const kind of ['insteadOf', 'pushInsteadOf']) {
      const meant = rewritten(address, kind, settings);
      const clean = meant === undefined ? undefined : logins.take(meant);
      if (clean !== undefined) rewrites.push([`url.${clean}.${kind}`, address]);
    }
  }
  return { config: [...rewrites, ...logins.config], env: logins.env };
}

/** What git makes of an address: the longest beginning counts; without any it stays, which no setting for pushes alone changes. */
function rewritten(address: string, kind: string, settings: GitConfig): string | undefined {
  let best: readonly [base: string, start: string] | undefined;
  for (const [key, start] of settings) {
    const base =
      key.startsWith('url.') && key.endsWith(`.${kind.toLowerCase()}`)
        ? key.slice(4, -kind.length - 1)
        : undefined;
    if (base !== undefined && address.startsWith(start) && start.length > (best?.[1].length ?? -1))
      best = [base, start];
  }
  if (best !== undefined) return best[0] + address.slice(best[1].length);
  return kind === 'insteadOf' ? address : undefined;
}

/** The logins that were taken out of addresses, as settings of git and variables that those name. */
class Logins {
  readonly config: [string, string][] = [];
  readonly env: NodeJS.ProcessEnv = {};
  readonly #variable: string;

  constructor(variable = 'BITIQ_GIT_PASSWORD_') {
    this.#variable = variable;
  }

  /** The address without its login; undefined for one that has none. */
  take(address: string): string | undefined {
    if (!/^https?:\/\/[^/?#]*@/i.test(address) || !URL.canParse(address)) return undefined;
    const url = new URL(address);
    const user = decode(url.username);
    const password = decode(url.password);
    url.username = '';
    url.password = '';
    // An empty one is a password, too: some hosts take a token as the name.
    const authority = address.split(/[/?#]/)[2] ?? '';
    const hasPassword = authority.slice(0, authority.lastIndexOf('@')).includes(':');
    const name = `${this.#variable}${Object.keys(this.env).length}`;
    if (hasPassword) this.env[name] = password;
    for (const key of keysOf(url)) {
      this.config.push([`${key}.username`, user]);
      // Helpers of the person know other logins; this address has its own.
      if (hasPassword) this.config.push([`${key}.helper`, ''], [`${key}.helper`, helperOf(name)]);
    }
    return url.href;
  }
}

/** Whose login it is: this repository of the host alone, with `.git` and without, as hosts lead from one to the other. */
function keysOf({ origin, pathname }: URL): string[] {
  const path = pathname.replace(/\/$/, '').replace(/\.git$/, '');
  return path === ''
    ? [`credential.${origin}`]
    : [path, `${path}.git`].map((each) => `credential.${origin}${each}`);
}

/** The environment with more settings for git, after those that it has. */
export function withGitConfig(
  env: NodeJS.ProcessEnv,
  config: GitConfig,
  more: NodeJS.ProcessEnv = {},
): NodeJS.ProcessEnv {
  if (config.length === 0) return env;
  const first = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const settings = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return {
    ...env,
    ...more,
    ...Object.fromEntries(settings),
    GIT_CONFIG_COUNT: String(first + config.length),
  };
}

function helperOf(variable: string): string {
  return `!f() { test "$1" = get && printf 'password=%s\\n' "$${variable}"; }; f`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
