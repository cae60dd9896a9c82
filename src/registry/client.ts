import { setTimeout as pause } from 'node:timers/promises';
import { BitiqError } from '../model/errors.ts';
import { printImageReference, type ImageReference } from '../model/image-reference.ts';
import { stillWaiting } from '../process/still-waiting.ts';
import { authorize, isPassing, readChallenge } from './authorize.ts';
import { credentialsFor } from './credentials.ts';
import {
  BodyTooLong,
  discard,
  exchange,
  LostConnection,
  readBody,
  type Answer,
  type HttpRequest,
  type SentBody,
} from './exchange.ts';

export interface ClientOptions {
  /** Speak HTTP without TLS. localhost and loopback addresses always are. */
  readonly plainHttp?: boolean | undefined;
  /** How often a request is tried before it fails. Default 5. */
  readonly attempts?: number | undefined;
  /** The wait before the second attempt; it doubles from there. Default 250 ms. */
  readonly firstWaitMs?: number | undefined;
  /** After how many milliseconds without a byte in either direction an attempt fails. Default: 2 minutes. */
  readonly idleMs?: number | undefined;
  /** What else a person can do when the registry is not reached, as sentences: the end of the error's fix. */
  readonly alternative?: string | undefined;
  /** Ends a request, and the wait between two. */
  readonly signal?: AbortSignal | undefined;
  /** Where DOCKER_CONFIG and HOME are read. Default: of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

interface RegistryRequest {
  readonly method: HttpRequest['method'];
  /** Below `/v2/<repository>/`, or a whole URL that the registry gave; a function is called for each attempt. */
  readonly path: string | (() => Promise<string>);
  /** The end of "the registry … refused to …". */
  readonly to: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: SentBody;
  /** Statuses that are an answer. Default: 200 to 299. */
  readonly allow?: readonly number[];
  /** The most bytes of an answer that are held in memory; a longer one is `registry-denied`. Default: 16 MiB. */
  readonly most?: number;
  /** Takes the body of an answer of status 200 to 299 instead, in each attempt from its first byte. */
  readonly take?: (answer: Answer) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** An answer that came whole. */
export interface RegistryAnswer extends Pick<Answer, 'status' | 'headers' | 'url'> {
  /** Empty when the request took it. */
  readonly body: Buffer;
}

/** A connection to one repository of a registry. */
export interface Client {
  readonly reference: ImageReference;
  /**
   * Sends a request by the distribution API and reads its answer to the end. Logs in when asked to; waits and tries again on 429, 5xx
   * and lost connections, also one that breaks or goes silent in the middle of the body.
   */
  readonly send: (request: RegistryRequest) => Promise<RegistryAnswer>;
}

/** The distribution specification asks for manifests of at least 4 MiB to be taken; larger ones are not made. */
const largestManifest = 16 * 1024 * 1024;

/** A client for the repository of a reference. Nothing is sent yet. */
export function connect(reference: ImageReference, options: ClientOptions = {}): Client {
  const plainHttp = options.plainHttp || isLoopback(reference.registry);
  const host = reference.registry === 'docker.io' ? 'registry-1.docker.io' : reference.registry;
  const base = new URL(`${plainHttp ? 'http' : 'https'}://${host}/v2/${reference.repository}/`);
  const attempts = options.attempts ?? 5;
  const idleMs = options.idleMs ?? 120_000;
  let authorization: string | undefined;

  type By = Pick<HttpRequest, 'idleMs' | 'signal' | 'onBytes'>;

  /** Sends a request, and again after a login when the registry requires one; a busy login service answers instead. */
  const attempt = async (request: RegistryRequest, by: By): Promise<Answer> => {
    const { method, body } = request;
    const url = new URL(typeof request.path === 'string' ? request.path : await request.path(), base);
    const once = () => {
      // Uploads may be sent elsewhere by the registry; the login is for the registry alone.
      const isHome = url.host === base.host && authorization !== undefined;
      const headers = { ...request.headers, ...(isHome && { authorization: authorization! }) };
      return exchange({ ...by, method, url, headers, body });
    };
    const answer = await once();
    const challenge = answer.status === 401 ? readChallenge(answer.headers['www-authenticate']) : undefined;
    if (!challenge) return answer;
    const { header, busy } = await authorize(challenge, {
      scope: challenge.parameters['scope'] ?? `repository:${reference.repository}:pull`,
      credentials: await credentialsFor(reference.registry, options.env),
      plainHttp,
      by,
    });
    const isNew = header !== undefined && header !== authorization;
    if (!busy) authorization = header;
    if (!busy && !isNew) return answer;
    await discard(answer);
    return busy ?? once();
  };

  const send = async (request: RegistryRequest): Promise<RegistryAnswer> => {
    // A signal of its own, as Node warns of a leak where more than ten requests listen to one.
    const signal = AbortSignal.any([options.signal, request.signal].filter((each) => each !== undefined));
    const silence = watchSilence(reference.registry);
    try {
      for (let count = 1; ; count++) {
        let answer: Answer | undefined;
        let lost: string | undefined;
        try {
          answer = await attempt(request, { idleMs, signal, onBytes: silence.end });
          const isFine = answer.status >= 200 && answer.status < 300;
          if (isFine || request.allow?.includes(answer.status)) return await take(reference, request, answer);
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof LostConnection)) throw error;
          lost = error.message;
        }
        const mayPass = lost !== undefined || answer === undefined || isPassing(answer.status);
        if (!mayPass || count >= attempts)
          throw await failure(reference, request, answer, {
            lost,
            attempts: count,
            alternative: options.alternative,
          });
        if (answer && lost === undefined) await discard(answer);
        const said = lost === undefined ? answer?.headers['retry-after'] : undefined;
        await pause(waitBefore(said, count, options.firstWaitMs ?? 250), undefined, { signal });
      }
    } finally {
      silence.stop();
    }
  };
  return { reference, send };
}

async function take(
  reference: ImageReference,
  request: RegistryRequest,
  answer: Answer,
): Promise<RegistryAnswer> {
  const { status, headers, url } = answer;
  if (request.take && status < 300) {
    await request.take(answer);
    return { status, headers, url, body: Buffer.alloc(0) };
  }
  const body = await readBody(answer, request.most ?? largestManifest).catch((error: unknown) => {
    throw error instanceof BodyTooLong ? unreadable(reference, error.message) : error;
  });
  return { status, headers, url, body };
}

/** The error for an answer that breaks the distribution API. */
export function unreadable(reference: ImageReference, what: string): BitiqError {
  return new BitiqError({
    code: 'registry-denied',
    message: `${printImageReference(reference)} cannot be read: ${what}.`,
    fix: 'Do not trust that registry or the proxy on the way; name another one.',
  });
}

/** Tells that a registry is waited for, from a second without a byte on until `end`. */
function watchSilence(registry: string): { readonly end: () => void; readonly stop: () => void } {
  let endWait: (() => void) | undefined;
  const timer = setTimeout(() => (endWait ??= stillWaiting(registry)), 1000).unref();
  const end = () => {
    endWait?.();
    endWait = undefined;
    timer.refresh();
  };
  return {
    end,
    stop() {
      end();
      clearTimeout(timer);
    },
  };
}

async function failure(
  reference: ImageReference,
  request: RegistryRequest,
  answer: Answer | undefined,
  {
    lost,
    attempts,
    alternative,
  }: {
    readonly lost: string | undefined;
    readonly attempts: number;
    readonly alternative: string | undefined;
  },
): Promise<BitiqError> {
  const what = printImageReference(reference);
  if (answer === undefined || lost !== undefined) {
    const could = answer === undefined ? `could not be reached to ${request.to}` : `could not ${request.to}`;
    return new BitiqError({
      code: 'registry-unreachable',
      message: `The registry ${reference.registry} ${could} (${what}), after ${attempts} attempts: ${lost}.`,
      fix: ['Check the name and the network.', alternative].filter(Boolean).join(' '),
    });
  }
  const said = wordsOf((await readBody(answer, 65_536).catch(() => '')).toString());
  const status = `status ${answer.status}${said && `, ${said}`}`;
  if (isPassing(answer.status)) {
    return new BitiqError({
      code: 'registry-unreachable',
      message: `The registry ${reference.registry} could not ${request.to} (${what}), after ${attempts} attempts: ${status}.`,
      fix: 'Try again later; the registry is busy or broken.',
    });
  }
  const login = answer.status === 401 || answer.status === 403;
  return new BitiqError({
    code: 'registry-denied',
    message: `The registry ${reference.registry} refused to ${request.to} (${what}): ${status}.`,
    fix: login
      ? `Log in with \`docker login ${reference.registry}\`, or give the pipeline a Secret that may do this.`
      : 'Check the name of the image, and whether the registry allows this.',
  });
}

/** The codes and messages of the distribution API's error body, on one line; nothing else of a body is shown. */
function wordsOf(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] };
    const words = (errors ?? [])
      .map((error) => [error.code, error.message].filter(Boolean).join(': '))
      .join('; ');
    return words.replace(/\s+/g, ' ').slice(0, 300);
  } catch {
    return '';
  }
}

/** The registry's Retry-After in seconds, at most a minute; else a wait that doubles from the first one. */
function waitBefore(retryAfter: string | undefined, attempt: number, firstMs: number): number {
  const said = Number(retryAfter ?? Number.NaN);
  return Number.isFinite(said) && said >= 0 ? Math.min(said, 60) * 1000 : firstMs * 2 ** (attempt - 1);
}

function isLoopback(registry: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
}
