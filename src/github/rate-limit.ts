/** What of an answer says how long to wait. */
export interface LimitedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
}

/** The longest wait that is waited out; a longer one is told. */
const longestWait = 60;

/**
 * The seconds until GitHub answers again, or undefined when an answer is no rate limit. Source:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit.
 */
export function rateLimitWait(answer: LimitedAnswer, now: Date): number | undefined {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const { 'retry-after': after, 'x-ratelimit-remaining': left, 'x-ratelimit-reset': reset } = answer.headers;
  if (after !== undefined && /^\d+$/.test(String(after))) return Number(after);
  if (left !== undefined && Number(left) === 0 && reset !== undefined)
    return Math.max(1, Math.ceil(Number(reset) - now.getTime() / 1000));
  if (answer.status === 429 || /rate limit/i.test(answer.message)) return longestWait;
  return undefined;
}

interface Failure extends Error {
  status?: number;
  response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
  request?: { request?: Record<string, unknown> };
}

/** An Octokit plugin: a rate limit of at most a minute is waited out and the request sent again, by the retry plugin that follows. */
export function waitForRateLimit(progress: (line: string) => void) {
  return (octokit: {
    readonly hook: { error(name: 'request', callback: (error: Error) => never): unknown };
  }): Record<string, never> => {
    octokit.hook.error('request', (thrown) => {
      const error: Failure = thrown;
      const wait = rateLimitWait(
        { status: error.status ?? 0, headers: error.response?.headers ?? {}, message: error.message },
        new Date(),
      );
      if (wait !== undefined && wait <= longestWait && error.request) {
        progress(`GitHub asks to wait ${wait} s.`);
        error.request.request = { ...error.request.request, retries: 2, retryAfter: wait };
      }
      throw error;
    });
    return {};
  };
}
