import { BitiqError } from '../model/errors.ts';
import { stripSecrets } from '../process/run.ts';
import type { GitHubAddress } from './address.ts';
import { rateLimitWait } from './rate-limit.ts';

/** What Octokit throws, as far as it is looked at. */
interface Failure {
  readonly status?: number;
  readonly message: string;
  readonly cause?: unknown;
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data?: unknown;
  };
}

interface Asked {
  /** The end of "GitHub refused to …". */
  readonly to: string;
  readonly address: GitHubAddress;
  readonly token: string;
}

/** What went wrong between here and GitHub as an error that says what to do; the token is in none. */
export function toBitiqError(thrown: unknown, asked: Asked): BitiqError {
  if (thrown instanceof BitiqError) return thrown;
  const failure = thrown as Failure;
  const { to, address, token } = asked;
  const { response, status = 0 } = failure;
  const repository = `${address.owner}/${address.name}`;
  const said = stripSecrets(saidBy(failure), [token]);
  if (response === undefined) return unreachable(`${address.apiUrl} could not be asked to ${to}: ${said}.`);
  if (status >= 500) return unreachable(`${address.host} failed to ${to}: it answered ${status}, ${said}.`);
  const wait = rateLimitWait({ status, headers: response.headers, message: said }, new Date());
  if (wait !== undefined) {
    const from = new Date(Date.now() + wait * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    return new BitiqError({
      code: 'github-unavailable',
      message: `${address.host} answers no more requests with this token for now, so it did not ${to}: ${said}.`,
      fix: `Run the command again from ${from} on.`,
    });
  }
  if (status === 401) {
    return new BitiqError({
      code: 'github-denied',
      message: `${address.host} does not accept the token: ${said}.`,
      fix: 'Put a token that is valid there into GITHUB_TOKEN; `gh auth token` prints one.',
    });
  }
  if (status === 403) {
    return new BitiqError({
      code: 'github-denied',
      message: `The token may not ${to} in ${repository}: ${said}.`,
      fix: permissionFix(response.headers),
    });
  }
  if (status === 404) {
    return new BitiqError({
      code: 'github-missing',
      message: `${address.host} could not ${to}: ${repository} does not exist, or the token may not see it or do this there.`,
      fix: 'Check the address of the repository, and that the token was given it, with the permission for this.',
    });
  }
  return new BitiqError({
    code: 'github-denied',
    message: `${address.host} refused to ${to} in ${repository}: ${said}.`,
    fix: 'Do what GitHub requires, then run the command again.',
  });
}

function unreachable(message: string): BitiqError {
  return new BitiqError({
    code: 'github-unavailable',
    message,
    fix: 'Check the network and https://www.githubstatus.com, then run the command again.',
  });
}

/** GitHub's own sentences, without the address of its documentation. */
function saidBy(failure: Failure): string {
  const { data } = failure.response ?? {};
  if (typeof data !== 'object' || data === null) {
    return failure.message
      .replace(/<[^<>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 200);
  }
  const { message, errors } = data as { message?: unknown; errors?: unknown };
  const details = Array.isArray(errors) ? errors.map(printDetail).filter(Boolean) : [];
  const text = [String(message ?? failure.message), ...details].join('; ');
  return text.replace(/\s+/g, ' ').replace(/\.$/, '');
}

function printDetail(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  const { message, field, code } = (detail ?? {}) as Record<string, unknown>;
  return typeof message === 'string' ? message : [field, code].filter(Boolean).join(' is ');
}

/** What GitHub's headers say the token lacks. */
function permissionFix(headers: Readonly<Record<string, string | number | undefined>>): string {
  const sso = /url=(\S+)/.exec(String(headers['x-github-sso'] ?? ''))?.[1];
  if (sso !== undefined) return `Authorize the token for the organization: ${sso}`;
  const [fine, scopes] = ['x-accepted-github-permissions', 'x-accepted-oauth-scopes'].map(
    (name) => headers[name],
  );
  if (fine) return `Give the token this permission: ${fine}.`;
  return scopes
    ? `Give the token one of these scopes: ${scopes}.`
    : 'Give the token the permission for this, or take one that has it.';
}
