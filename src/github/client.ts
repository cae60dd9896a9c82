import type { Octokit } from '@octokit/rest';
import { BitiqError } from '../model/errors.ts';
import { readGitHubAddress, unfit, type GitHubAddress } from './address.ts';
import { toBitiqError } from './failure.ts';
import { waitForRateLimit } from './rate-limit.ts';

/** A repository on GitHub that can be asked and changed. */
export interface GitHub {
  readonly address: GitHubAddress;
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
  /** Where GITHUB_TOKEN or GH_TOKEN, and GITHUB_API_URL stand. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Told when GitHub asks to wait. */
  readonly progress?: ((line: string) => void) | undefined;
  /** How long a second of waiting is, in milliseconds; for tests. */
  readonly secondMs?: number | undefined;
}

const requestTimeoutMs = 30_000;

/** The token of the environment, or undefined. */
export function tokenOf(env: NodeJS.ProcessEnv): string | undefined {
  return env['GITHUB_TOKEN']?.trim() || env['GH_TOKEN']?.trim() || undefined;
}

/** The token of the environment; throws `github-token-missing`. */
export function requireToken(env: NodeJS.ProcessEnv, address?: GitHubAddress): string {
  const token = tokenOf(env);
  if (token !== undefined) return token;
  const { host, owner, name } = address ?? {};
  const elsewhere = host === undefined || host === 'github.com' ? '' : ` --hostname ${host}`;
  throw new BitiqError({
    code: 'github-token-missing',
    message: `There is no token for ${host ?? 'GitHub'}: neither GITHUB_TOKEN nor GH_TOKEN is set.`,
    fix: `Run \`export GITHUB_TOKEN=$(gh auth token${elsewhere})\`, or make a fine-grained token${owner === undefined ? '' : ` for ${owner}/${name}`} in GitHub's settings.`,
  });
}

/**
 * Makes ready to ask the GitHub of a repository's Git URL. Server errors and short rate limits are waited out. Throws
 * `github-remote-unfit` before a token is sent anywhere, and `github-token-missing`.
 */
export async function connectGitHub(url: string, options: GitHubOptions): Promise<GitHub> {
  const address = readGitHubAddress(url, options.env);
  const token = requireToken(options.env, address);
  if (!address.certain) await requireGitHub(url, address, options);
  const octokit = await makeOctokit(address, token, options);
  const at = { owner: address.owner, repo: address.name };
  const asked = async <T>(to: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw toBitiqError(error, { to, address, token });
    }
  };
  return {
    address,
    ask: (to, request) =>
      asked(to, async () => {
        const { data } = await request(octokit, at);
        if (typeof data === 'string' && data !== '')
          throw new Error('it answered with something else than JSON');
        return data;
      }),
    all: (to, request) => asked(to, () => request(octokit, at)),
  };
}

async function makeOctokit(address: GitHubAddress, token: string, options: GitHubOptions): Promise<Octokit> {
  const [{ Octokit: Base }, { retry }] = await Promise.all([
    import('@octokit/rest'),
    import('@octokit/plugin-retry'),
  ]);
  const silent = () => {};
  const { origin } = new URL(address.apiUrl);
  const { secondMs = 1000 } = options;
  // The first plugin sees an error first: what it says about waiting is what the second one does.
  return new (Base.plugin(waitForRateLimit(options.progress ?? silent), retry))({
    auth: token,
    baseUrl: address.apiUrl,
    userAgent: 'bitiq',
    log: { debug: silent, info: silent, warn: silent, error: silent },
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451], retryAfterBaseValue: secondMs },
    request: {
      fetch: (target: string, init: RequestInit) => {
        // The next page is wherever an answer says; the token goes to one place.
        if (new URL(target).origin !== origin)
          throw new Error(`it led to another address, ${new URL(target).origin}`);
        const ends = [AbortSignal.timeout(requestTimeoutMs), ...(options.signal ? [options.signal] : [])];
        return fetch(target, { ...init, signal: AbortSignal.any(ends) });
      },
    },
  });
}

/** Asks a host, without the token, whether it is a GitHub: every answer of one carries the id of the request. */
async function requireGitHub(url: string, address: GitHubAddress, options: GitHubOptions): Promise<void> {
  const ends = [AbortSignal.timeout(requestTimeoutMs), ...(options.signal ? [options.signal] : [])];
  const answer = await fetch(`${address.apiUrl}/meta`, { signal: AbortSignal.any(ends) }).catch(
    (error: unknown) => {
      throw toBitiqError(error, { to: 'say whether it is a GitHub', address, token: '' });
    },
  );
  await answer.body?.cancel();
  const ids = ['x-github-request-id', 'x-github-enterprise-version'];
  if (!ids.some((name) => answer.headers.has(name)))
    throw unfit(url, `${address.apiUrl} does not answer as GitHub’s API does`);
}
