import { firstHeader } from './headers.ts';
import {
  letThrough,
  type InterceptorAnswer,
  type InterceptorEvent,
  type InterceptorWorld,
} from './interceptor-event.ts';
import { findSecret, signatureProblem } from './signature.ts';
import type { BitbucketInterceptor } from './types.ts';

/** Checks `X-Event-Key`, and the HMAC in `X-Hub-Signature` over the raw body. */
export function runBitbucket(
  { eventTypes, secret }: BitbucketInterceptor,
  { headers, raw }: InterceptorEvent,
  { secrets }: InterceptorWorld,
): InterceptorAnswer {
  const event = firstHeader(headers, 'X-Event-Key');
  if (eventTypes && !eventTypes.includes(event)) return { stopped: `event type ${event} is not allowed` };
  if (!secret) return letThrough;
  const signature = firstHeader(headers, 'X-Hub-Signature');
  if (signature === '') return { stopped: 'no X-Hub-Signature header set' };
  const found = findSecret(secret, secrets);
  if ('problem' in found) return { stopped: found.problem };
  const problem = signatureProblem(signature, raw, found.value);
  return problem === undefined ? letThrough : { stopped: `error validating signature: ${problem}` };
}
