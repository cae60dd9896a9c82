import { join } from 'node:path';
import { replaceFile } from '../process/atomic-write.ts';
import { quoteForShell } from '../process/quote-for-shell.ts';

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

/** A remote of the loop that replaces a repository elsewhere. */
export interface StandInRemote {
  /** The address of the repository, as its webhooks give it. */
  readonly address: string;
  /** The bare repository of the loop. */
  readonly gitDir: string;
  /** Where the loop serves it, to those who have the token. */
  readonly url: string;
}

/**
 * Git's configuration for the steps of one run, by which it reads the repository that the run builds straight from the folder of the
 * loop's remote. The run knows it by the address that it has everywhere, so that the image does not tell where it was built. Pushes, and
 * all other remotes of the loop, need the token, which steps do not have.
 */
export function remoteRewrites(resource: unknown, remotes: readonly StandInRemote[]): Record<string, string> {
  const text = JSON.stringify(resource) ?? '';
  const remote = remotes.find(({ address }) => text.includes(JSON.stringify(address)));
  if (remote === undefined) return {};
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `url.${remote.gitDir}.insteadOf`,
    GIT_CONFIG_VALUE_0: remote.address,
    GIT_CONFIG_KEY_1: `url.${remote.url}.pushInsteadOf`,
    GIT_CONFIG_VALUE_1: remote.address,
  };
}

/** Puts a `bitiq` into the folder that comes first on the steps' PATH: this one, started without the launcher. */
export async function writeStepTools(folder: string, root: string): Promise<void> {
  const main = join(root, 'dist', 'cli', 'main.js');
  const script = `#!/bin/sh\nexec ${quoteForShell(process.execPath)} ${quoteForShell(main)} "$@"\n`;
  await replaceFile(join(folder, 'bitiq'), script, { mode: 0o755 });
}
