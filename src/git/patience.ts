import { BitiqError } from '../model/errors.ts';

/** The settings of a clone and of its user, by key (`remote.origin.url`); of several values of one key all. */
export type GitSettings = ReadonlyMap<string, readonly string[]>;

/** How git is started to ask a remote, so that one that accepts and is silent is given up: what a person has set of it stays. */
export interface Patience {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** How long a push may take, in milliseconds: a hook of the remote may run as long as it wants, and Git waits for it. */
  readonly pushMs: number;
}

/** The settings that `patienceOf` reads, as one regular expression for `git config --get-regexp`. */
export const patienceSettings = String.raw`http\.(.*\.)?lowspeed(limit|time)|core\.sshcommand|bitiq\.pushtimeout`;

/**
 * A minute without a byte ends a fetch over http: Git's servers say something every five seconds while they work. Over ssh half a
 * minute without a connection, or a minute without an answer. A push ends after five minutes, or after what BITIQ_PUSH_TIMEOUT or
 * `bitiq.pushTimeout` in Git's settings says, in seconds.
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
    pushMs: 1000 * pushSeconds(env['BITIQ_PUSH_TIMEOUT'] || settings.get('bitiq.pushtimeout')?.at(-1)),
    env: hasSsh
      ? {}
      : {
          GIT_SSH_COMMAND: 'ssh -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4',
        },
  };
}

/** How long a push to a repository may take, as a person says it. */
export function printLimit({ patience }: { readonly patience: Patience }): string {
  const seconds = patience.pushMs / 1000;
  const [count, unit] = seconds % 60 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const defaultPushSeconds = 300;

function pushSeconds(given: string | undefined): number {
  if (given === undefined) return defaultPushSeconds;
  if (/^\d{1,5}$/.test(given) && Number(given) > 0) return Number(given);
  throw new BitiqError({
    code: 'usage',
    message: `${JSON.stringify(given)} is not a time for a push: BITIQ_PUSH_TIMEOUT and bitiq.pushTimeout are seconds, from 1 to 99999.`,
    fix: `Write such a number, or leave it out for ${defaultPushSeconds}.`,
  });
}
