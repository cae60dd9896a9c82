import type { GitSettings } from './choose-remote.ts';

/** How git is started to ask a remote, so that one that accepts and is silent is given up: what a person has set of it stays. */
export interface Patience {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** The settings that `patienceOf` reads, as one regular expression for `git config --get-regexp`. */
export const patienceSettings = String.raw`http\.(.*\.)?lowspeed(limit|time)|core\.sshcommand`;

/**
 * A minute without a byte ends a fetch over http: Git's servers say something every five seconds while they work. Over ssh half a
 * minute without a connection, or a minute without an answer.
 */
export function patienceOf(settings: GitSettings, env: NodeJS.ProcessEnv): Patience {
  const isSet = (pattern: RegExp) => [...settings.keys()].some((key) => pattern.test(key));
  const hasSpeed =
    env['GIT_HTTP_LOW_SPEED_LIMIT'] !== undefined ||
    env['GIT_HTTP_LOW_SPEED_TIME'] !== undefined ||
    isSet(/^http\..*lowspeed(?:limit|time)$/);
  const hasSsh =
    env['GIT_SSH_COMMAND'] !== undefined || env['GIT_SSH'] !== undefined || isSet(/^core\.sshcommand$/);
  return {
    args: hasSpeed ? [] : ['-c', 'http.lowSpeedLimit=1', '-c', 'http.lowSpeedTime=60'],
    env: hasSsh
      ? {}
      : {
          GIT_SSH_COMMAND: 'ssh -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4',
        },
  };
}
