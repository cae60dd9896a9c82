import { firstHeader } from './headers.ts';
import {
  letThrough,
  type InterceptorAnswer,
  type InterceptorEvent,
  type InterceptorWorld,
} from './interceptor-event.ts';
import { findSecret, isSame } from './signature.ts';
import type { GitlabInterceptor } from './types.ts';

/** Checks `X-Gitlab-Event`, and `X-Gitlab-Token` in constant time. */
export function runGitlab(
  { eventTypes, secret }: GitlabInterceptor,
  { headers }: InterceptorEvent,
  { secrets }: InterceptorWorld,
): InterceptorAnswer {
  const event = firstHeader(headers, 'X-Gitlab-Event');
  if (eventTypes && !eventTypes.includes(event)) return { stopped: `event type ${event} is not allowed` };
  if (!secret) return letThrough;
  const token = firstHeader(headers, 'X-Gitlab-Token');
  if (token === '') return { stopped: 'no X-Gitlab-Token header set' };
  const found = findSecret(secret, secrets);
  if ('problem' in found) return { stopped: found.problem };
  // Node reads headers as Latin-1: these are the bytes that were sent.
  const isToken = isSame(Buffer.from(token, 'latin1'), Buffer.from(found.value));
  return isToken ? letThrough : { stopped: 'Invalid X-GitLab-Token' };
}
