import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';

/** A repository on a GitHub, and where its API answers. */
export interface GitHubAddress {
  readonly owner: string;
  readonly name: string;
  /** Such as `github.com`, with the port where the URL has one. */
  readonly host: string;
  /** The page of the repository. */
  readonly webUrl: string;
  /** Without a slash at the end: `https://api.github.com`, or `https://ghe.example/api/v3`. */
  readonly apiUrl: string;
  /**
   * The variables whose token may go there, in order: those of GitHub's own hosts, and of a host that GITHUB_API_URL or
   * GH_HOST names. None for any other, as anybody can write an address and answer as GitHub does.
   */
  readonly tokenNames: readonly string[];
}

/** As GitHub's command line has them: https://cli.github.com/manual/gh_help_environment. */
const ownTokens = ['GITHUB_TOKEN', 'GH_TOKEN'];
const enterpriseTokens = ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];

/** All variables in which a token may stand. */
export const allTokenNames = [...ownTokens, ...enterpriseTokens] as const;

const forms: readonly RegExp[] = [
  /^(?<scheme>https?|ssh|git):\/\/(?:[^@/]*@)?(?<host>[^/:@]+)(?::(?<port>\d+))?\/(?<path>.+)$/i,
  /^(?:[\w.-]+@)?(?<host>[\w.-]+):(?<path>[^/\\].*)$/,
];

/** Hosts whose API is known, so that no setting is needed. */
const others = /^(?:gitlab|bitbucket|codeberg|dev\.azure|ssh\.dev\.azure|git\.sr)\.|\.visualstudio\.com$/;

/**
 * The repository that a Git URL names on github.com, a tenant of ghe.com or a GitHub Enterprise server. The API's address is
 * GITHUB_API_URL, else GitHub's own rule: https://docs.github.com/en/rest/using-the-rest-api. Throws `github-remote-unsupported`.
 */
export function readGitHubAddress(url: string, env: NodeJS.ProcessEnv): GitHubAddress {
  const match = forms.map((form) => form.exec(url)?.groups).find((groups) => groups !== undefined);
  const path = /^\/*([\w.-]+)\/([\w.-]+?)(?:\.git)?\/*$/.exec(match?.['path'] ?? '');
  if (match === undefined || path === null) throw unfit(url, 'it names no owner and repository');
  const bare = match['host']!.toLowerCase().replace(/^(?:ssh|www)\.github\.com$/, 'github.com');
  if (others.test(bare)) throw unfit(url, `${bare} is not GitHub`);
  const web = /^https?$/i.test(match['scheme'] ?? '');
  const host = web && match['port'] !== undefined ? `${bare}:${match['port']}` : bare;
  const given = env['GITHUB_API_URL']?.replace(/(?<!\/)\/+$/, '') || undefined;
  const own = bare === 'github.com' || bare.endsWith('.ghe.com');
  if (given !== undefined) requireSafe(given);
  if (given !== undefined && !isApiOf(given, { bare, host, own })) {
    throw unfit(url, `GITHUB_API_URL is ${stripSecrets(given, [])}, which is not the API of ${host}`);
  }
  const scheme = web && isLoopback(bare) ? match['scheme']!.toLowerCase() : 'https';
  const apiUrl = given ?? (own ? `https://api.${bare}` : `${scheme}://${host}/api/v3`);
  requireSafe(apiUrl);
  const named = env['GH_HOST']?.trim().toLowerCase() === host;
  const tokenNames = own
    ? ownTokens
    : given !== undefined
      ? [...enterpriseTokens, ...ownTokens]
      : named
        ? enterpriseTokens
        : [];
  const [, owner, name] = path as unknown as [string, string, string];
  return { owner, name, host, webUrl: `${scheme}://${host}/${owner}/${name}`, apiUrl, tokenNames };
}

/** Whether a name means this machine alone. */
function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3})$/.test(host);
}

/** Whether an API can be that of a host: a token of one GitHub is nothing for another. */
function isApiOf(
  apiUrl: string,
  { bare, host, own }: { readonly bare: string; readonly host: string; readonly own: boolean },
): boolean {
  const api = new URL(apiUrl);
  if (own) return isLoopback(api.hostname) || api.host === `api.${bare}`;
  // A name without a dot is an alias of somebody's ssh configuration.
  return !bare.includes('.') || api.host === host || api.host === `api.${host}`;
}

function requireSafe(apiUrl: string): void {
  const parsed = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(parsed.hostname))) return;
  throw new BitiqError({
    code: 'usage',
    message: `GITHUB_API_URL is ${JSON.stringify(stripSecrets(apiUrl, []))}, and a token is sent by https alone.`,
    fix: 'Write an address such as https://ghe.example/api/v3, or unset it.',
  });
}

/** The error for a URL that is not of a GitHub. */
function unfit(url: string, why: string): BitiqError {
  return new BitiqError({
    code: 'github-remote-unsupported',
    message: `${stripSecrets(url, [])} is not a repository on GitHub: ${why}.`,
    fix: 'Name a repository such as https://github.com/acme/gitops; for GitHub Enterprise GITHUB_API_URL says where its API is.',
  });
}
