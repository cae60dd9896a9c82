import { setTimeout as sleep } from 'node:timers/promises';

/** What of an answer says how long to wait. */
export interface LimitedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly message: string;
}

/** The longest wait that is waited out; a longer one is told. */
const longestWait = 60;

/**
 * The seconds until GitHub answers again, or undefined when the answer is not a rate limit. Source:
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

const retries = { limited: 2, failed: 3 };

export interface Waiting {
  readonly progress: (line: string) => void;
  /** How long a second of waiting is, in milliseconds. */
  readonly secondMs: number;
  /** Ends a wait at once, with an AbortError. */
  readonly signal: AbortSignal | undefined;
}

/**
 * An Octokit plugin: waits before a request is sent again, by the retry plugin that follows and waits no more itself. A rate
 * limit of at most a minute is waited out, and the answer of a server that fails, three times.
 */
export function waitBeforeRetry({ progress, secondMs, signal }: Waiting) {
  const wait = (seconds: number) => sleep(seconds * secondMs, undefined, signal ? { signal } : {});
  return (octokit: {
    readonly hook: {
      error(name: 'request', callback: (error: Error, options: object) => Promise<never>): unknown;
    };
  }): Record<string, never> => {
    octokit.hook.error('request', async (thrown, options) => {
      const error: Failure = thrown;
      const { status = 0, response, request } = error;
      if (!request) throw error;
      const own = (options as { request?: { retryCount?: number; retries?: number } }).request ?? {};
      const { retryCount: count = 0, retries: most = retries.failed } = own;
      const limited = rateLimitWait(
        { status, headers: response?.headers ?? {}, message: error.message },
        new Date(),
      );
      if (limited !== undefined && limited <= longestWait) {
        request.request = { ...request.request, retries: retries.limited, retryAfter: 0 };
        if (count >= retries.limited) throw error;
        progress(`GitHub asks to wait ${limited} s.`);
        await wait(limited);
      } else if (status >= 500 && count < most) await wait((count + 1) ** 2);
      throw error;
    });
    return {};
  };
}
