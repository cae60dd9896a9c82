import type { Octokit } from '@octokit/rest';
import { BitiqError } from '../model/errors.ts';
import { allTokenNames, readGitHubAddress, type GitHubAddress } from './address.ts';
import { toBitiqError } from './failure.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { waitBeforeRetry } from './rate-limit.ts';

/** A repository on GitHub that can be asked and changed. */
export interface GitHub {
  readonly address: GitHubAddress;
  /** Ends what is asked, and what waits between two questions. */
  readonly signal: AbortSignal | undefined;
  /**
   * Asks GitHub and gives the answer's data. `to` is the end of "GitHub refused to …", as a failure tells it, which is
   * always a BitiqError.
   */
  ask<T>(
    to: string,
    request: (
      octokit: Octokit,
      at: { readonly owner: string; readonly repo: string },
    ) => Promise<{ readonly data: T }>,
  ): Promise<T>;
  /** All pages of a list. */
  all<T>(
    to: string,
    request: (octokit: Octokit, at: { readonly owner: string; readonly repo: string }) => Promise<T[]>,
  ): Promise<T[]>;
}

export interface GitHubOptions {
  /** Where the token, and GITHUB_API_URL or GH_HOST stand. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Told when GitHub asks to wait. */
  readonly progress?: ((line: string) => void) | undefined;
  /** How long a second of waiting is, in milliseconds; for tests. */
  readonly secondMs?: number | undefined;
}

/** The token that may go to an address, or any without one; undefined when there is none. */
export function tokenOf(env: NodeJS.ProcessEnv, address?: GitHubAddress): string | undefined {
  const names = address?.tokenNames ?? allTokenNames;
  return names.map((name) => env[name]?.trim()).find(Boolean);
}

/** The token for an address; throws `github-remote-unsupported` where none may go, and `github-token-missing`. */
export function requireToken(env: NodeJS.ProcessEnv, address?: GitHubAddress): string {
  if (address?.tokenNames.length === 0) throw unnamed(address);
  const token = tokenOf(env, address);
  if (token !== undefined) return token;
  const { host, owner, name, tokenNames = ['GITHUB_TOKEN', 'GH_TOKEN'] } = address ?? {};
  const elsewhere = host === undefined || host === 'github.com' ? '' : ` --hostname ${host}`;
  const unset =
    tokenNames.length === 2
      ? `neither ${tokenNames.join(' nor ')} is set`
      : `none of ${tokenNames.join(', ')} is set`;
  throw new BitiqError({
    code: 'github-token-missing',
    message: `There is no token for ${host ?? 'GitHub'}: ${unset}.`,
    fix: `Run \`export ${tokenNames[0]}=$(gh auth token${elsewhere})\`, or make a fine-grained token${owner === undefined ? '' : ` for ${owner}/${name}`} in GitHub's settings.`,
  });
}

function unnamed({ host, apiUrl }: GitHubAddress): BitiqError {
  return new BitiqError({
    code: 'github-remote-unsupported',
    message: `${host} may be a GitHub Enterprise server, but only its address says so: no token is sent there.`,
    fix: `If it is yours, run \`export GITHUB_API_URL=${apiUrl}\`, or set GH_HOST to ${host} and GH_ENTERPRISE_TOKEN to its token; then run the command again.`,
  });
}

/**
 * Makes ready to ask the GitHub of a repository's Git URL. Server errors and short rate limits are waited out. Throws
 * `github-remote-unsupported` before a token is sent anywhere, and `github-token-missing`.
 */
export async function connectGitHub(url: string, options: GitHubOptions): Promise<GitHub> {
  const address = readGitHubAddress(url, options.env);
  const token = requireToken(options.env, address);
  const octokit = await openOctokit(address.apiUrl, token, options);
  const at = { owner: address.owner, repo: address.name };
  const asked = async <T>(to: string, request: () => Promise<T>): Promise<T> => {
    try {
      const answer = await request();
      options.signal?.throwIfAborted();
      return answer;
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw toBitiqError(error, { to, address, token });
    }
  };
  return {
    address,
    signal: options.signal,
    ask: (to, request) =>
      asked(to, async () => {
        const { data } = await request(octokit, at);
        if (typeof data === 'string' && data !== '') throw new Error(noJson);
        return data;
      }),
    all: (to, request) =>
      asked(to, async () => {
        try {
          return await request(octokit, at);
        } catch (error) {
          // Octokit looks into a page for its list, and a page of a proxy has none.
          throw error instanceof TypeError ? new Error(noJson, { cause: error }) : error;
        }
      }),
  };
}

const noJson = 'it answered with something else than JSON';

/** Octokit at the address of an API and at no other. Server errors and short rate limits are waited out. */
export async function openOctokit(
  apiUrl: string,
  token: string | undefined,
  options: Omit<GitHubOptions, 'env'>,
): Promise<Octokit> {
  const [{ Octokit: Base }, { retry }] = await Promise.all([
    import('@octokit/rest'),
    import('@octokit/plugin-retry'),
  ]);
  const silent = () => {};
  const { origin } = new URL(apiUrl);
  const { secondMs = 1000 } = options;
  const waiting = waitBeforeRetry({ progress: options.progress ?? silent, secondMs, signal: options.signal });
  // The first plugin sees an error first: it waits, and the second one sends again.
  return new (Base.plugin(waiting, retry))({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'bitiq',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451], retryAfterBaseValue: 0 },
    request: { fetch: guardedFetch(origin, options.signal) },
  });
}
