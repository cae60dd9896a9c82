import { setTimeout as pause } from 'node:timers/promises';
import { BitiqError, messageOf } from '../model/errors.ts';
import type { ImageReference } from '../model/image-reference.ts';
import { authorize, isPassing, readChallenge } from './authorize.ts';
import { credentialsFor } from './credentials.ts';
import { readBody } from './read-body.ts';

export interface ClientOptions {
  /** Speak HTTP without TLS. localhost and loopback addresses always are. */
  readonly plainHttp?: boolean | undefined;
  /** How often a request is tried before it fails. Default 5. */
  readonly attempts?: number | undefined;
  /** The wait before the second attempt; it doubles from there. Default 250 ms. */
  readonly firstWaitMs?: number | undefined;
  /** How long one attempt may take. Default 5 minutes. */
  readonly timeoutMs?: number | undefined;
  /** What else a person can do when the registry is not reached, as sentences: the end of the error's fix. */
  readonly alternative?: string | undefined;
  /** Ends a request, and the wait between two. */
  readonly signal?: AbortSignal | undefined;
  /** Where DOCKER_CONFIG and HOME are read. Default: of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/v2/<repository>/`, or a whole URL that the registry gave. */
  readonly path: string;
  /** The end of "the registry … refused to …". */
  readonly to: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that are an answer. Default: 200 to 299. */
  readonly allow?: readonly number[];
}

/** A connection to one repository of a registry. */
export interface Client {
  readonly reference: ImageReference;
  /** Sends a request by the distribution API: logs in when asked to, waits and tries again on 429, 5xx and lost connections. */
  readonly send: (request: RegistryRequest) => Promise<Response>;
}

/** A client for the repository of a reference. Nothing is sent yet. */
export function connect(reference: ImageReference, options: ClientOptions = {}): Client {
  const plainHttp = options.plainHttp || isLoopback(reference.registry);
  const host = reference.registry === 'docker.io' ? 'registry-1.docker.io' : reference.registry;
  const base = new URL(`${plainHttp ? 'http' : 'https'}://${host}/v2/${reference.repository}/`);
  const attempts = options.attempts ?? 5;
  let authorization: string | undefined;

  const once = async (request: RegistryRequest, signal: AbortSignal): Promise<Response> => {
    const url = new URL(request.path, base);
    // Uploads may be sent elsewhere by the registry; the login is for the registry alone.
    const headers = {
      ...request.headers,
      ...(authorization && url.host === base.host ? { authorization } : {}),
    };
    return fetch(url, {
      method: request.method,
      headers,
      signal,
      ...(request.body && { body: Buffer.from(request.body) }),
    });
  };

  /** Logs in and sends again what was refused; gives what it is to be judged by, which may be what a busy login service says. */
  const logInAndSend = async (
    request: RegistryRequest,
    refused: Response,
    signal: AbortSignal,
  ): Promise<Response> => {
    const challenge = readChallenge(refused.headers.get('www-authenticate'));
    if (!challenge) return refused;
    const { header, busy } = await authorize(challenge, {
      scope: challenge.parameters['scope'] ?? `repository:${reference.repository}:pull`,
      credentials: await credentialsFor(reference.registry, options.env),
      plainHttp,
      signal,
    });
    const isNew = header !== undefined && header !== authorization;
    if (!busy) authorization = header;
    if (!busy && !isNew) return refused;
    await refused.body?.cancel();
    return busy ?? once(request, signal);
  };

  const send = async (request: RegistryRequest): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const timeout = AbortSignal.timeout(options.timeoutMs ?? 300_000);
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
      let response: Response | undefined;
      let problem = '';
      try {
        response = await once(request, signal);
        if (response.status === 401) response = await logInAndSend(request, response, signal);
      } catch (error) {
        options.signal?.throwIfAborted();
        problem = causeOf(error);
      }
      if (response && (response.ok || request.allow?.includes(response.status))) return response;
      const passes = !response || isPassing(response.status);
      if (!passes || attempt >= attempts)
        throw await failure(reference, request, response, {
          problem,
          attempts: attempt,
          alternative: options.alternative,
        });
      await response?.body?.cancel();
      await pause(waitBefore(response, attempt, options.firstWaitMs ?? 250), undefined, {
        signal: options.signal,
      });
    }
  };
  return { reference, send };
}

async function failure(
  reference: ImageReference,
  request: RegistryRequest,
  response: Response | undefined,
  {
    problem,
    attempts,
    alternative,
  }: { readonly problem: string; readonly attempts: number; readonly alternative: string | undefined },
): Promise<BitiqError> {
  const what = `${reference.registry}/${reference.repository}`;
  if (!response) {
    return new BitiqError({
      code: 'registry-unreachable',
      message: `The registry ${reference.registry} could not be reached to ${request.to} (${what}), after ${attempts} attempts: ${problem}.`,
      fix: ['Check the name and the network.', alternative].filter(Boolean).join(' '),
    });
  }
  const said = wordsOf((await readBody(response, 65_536).catch(() => '')).toString());
  const status = `status ${response.status}${said && `, ${said}`}`;
  if (isPassing(response.status)) {
    return new BitiqError({
      code: 'registry-unreachable',
      message: `The registry ${reference.registry} could not ${request.to} (${what}), after ${attempts} attempts: ${status}.`,
      fix: 'Try again later; the registry says that it is busy or broken.',
    });
  }
  const login = response.status === 401 || response.status === 403;
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

/** Retry-After in seconds when the registry says so (at most a minute), else doubling from the first wait. */
function waitBefore(response: Response | undefined, attempt: number, firstMs: number): number {
  const said = Number(response?.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(said) && said >= 0 ? Math.min(said, 60) * 1000 : firstMs * 2 ** (attempt - 1);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  if (error.name === 'TimeoutError') return 'it did not answer in time';
  return error.cause instanceof Error ? messageOf(error.cause) || error.message : error.message;
}

function isLoopback(registry: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
}
