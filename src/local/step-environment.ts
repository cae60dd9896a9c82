import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What steps may know of this machine: how packages are reached, and nothing that is secret to the loop. */
const passedOn =
  /^(npm_config_(registry|cafile|https?_proxy|proxy|noproxy|replace_registry_host)|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_(file|dir)|lang|lc_all)$/i;

/**
 * The environment of every step: the way to the package registry, and a Git without the machine's configuration. The user's has no
 * way in either, because a step has a home of its own; Git reads and writes the configuration there, as in a container.
 */
export function stepEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const home = env['HOME'];
  const [, given] =
    Object.entries(env).find(([name]) => name.toLowerCase() === 'npm_config_userconfig') ?? [];
  const userConfig = given ?? (home === undefined ? undefined : join(home, '.npmrc'));
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value] as const] : [],
  );
  return {
    // A TaskRun gets a copy of this file, so that `npm config set` in a step writes there.
    ...(userConfig === undefined ? {} : { npm_config_userconfig: userConfig }),
    ...Object.fromEntries(passed),
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

/**
 * Git's configuration for the steps of one run, by which it reads the repository that the run builds straight from its folder: no password
 * is needed, and a run that was asked for before a restart finds it although the port is another one now. Pushes, and all other remotes
 * of the loop, need the token, which steps do not have.
 */
export function remoteRewrites(resource: unknown, gitFolder: string): Record<string, string> {
  const address = /"(http:\/\/127\.0\.0\.1:\d+\/git\/([a-z0-9][a-z0-9._-]*\.git))"/;
  const [, url, name = ''] = address.exec(JSON.stringify(resource) ?? '') ?? [];
  if (url === undefined) return {};
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `url.${join(gitFolder, name)}.insteadOf`,
    GIT_CONFIG_VALUE_0: url,
    GIT_CONFIG_KEY_1: `url.${url}.pushInsteadOf`,
    GIT_CONFIG_VALUE_1: url,
  };
}

/** Puts a `bitiq` into the folder that comes first on the steps' PATH: this one, started without the launcher. */
export async function writeStepTools(folder: string, root: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'bitiq');
  const main = join(root, 'dist', 'cli', 'main.js');
  await writeFile(`${file}.new`, `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(main)} "$@"\n`);
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
