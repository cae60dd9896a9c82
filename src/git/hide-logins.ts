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
  const config: [string, string][] = [];
  const env: NodeJS.ProcessEnv = {};
  const clean = args.map((arg) => {
    if (!/^https?:\/\/[^/?#]*@/i.test(arg) || !URL.canParse(arg)) return arg;
    const url = new URL(arg);
    const user = decode(url.username);
    const password = decode(url.password);
    url.username = '';
    url.password = '';
    const key = `credential.${url.origin}`;
    config.push([`${key}.username`, user]);
    if (password !== '') {
      const name = `BITIQ_GIT_PASSWORD_${Object.keys(env).length}`;
      env[name] = password;
      // Helpers of the person know other logins; this address has its own.
      config.push([`${key}.helper`, ''], [`${key}.helper`, helperOf(name)]);
    }
    return url.href;
  });
  return { args: clean, config, env };
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
