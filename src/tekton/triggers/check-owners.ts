import { messageOf } from '../../model/errors.ts';
import { readOwnersPayload, type OwnersPayload } from './github-payloads.ts';
import type { GithubPlace, GithubQuestions } from './github-questions.ts';
import { firstHeader } from './headers.ts';
import {
  letThrough,
  type InterceptorAnswer,
  type InterceptorEvent,
  type InterceptorWorld,
} from './interceptor-event.ts';
import { findSecret } from './signature.ts';
import type { GithubInterceptor, OwnersCheck } from './types.ts';
import { parseValueWithinLimits } from '../../yaml/parse-within-limits.ts';

type OwnersParams = NonNullable<GithubInterceptor['owners']>;

/**
 * Lets a pull request through when its sender is a member as `checkType` says or is listed in OWNERS, and an issue comment
 * when such a sender wrote a line `/ok-to-test`. Other events pass.
 */
export async function checkOwners(
  { check, token }: OwnersParams,
  eventType: string,
  { headers, raw }: InterceptorEvent,
  { secrets, github }: InterceptorWorld,
): Promise<InterceptorAnswer> {
  if (eventType !== 'pull_request' && eventType !== 'issue_comment') return letThrough;
  const secret = token && findSecret(token, secrets);
  if (secret && 'problem' in secret)
    return { stopped: secret.problem.replace('error getting secret', 'error getting github token') };
  if (!secret && check !== 'none') {
    return {
      stopped: 'checkType is set to check org or repo members but no personalAccessToken was supplied',
    };
  }
  const payload = readOwnersPayload(raw.toString('utf8'), eventType);
  if ('problem' in payload) return { stopped: `error parsing body: ${payload.problem}` };
  if (!github) return { stopped: 'error checking owner verification: requests to GitHub are off here' };
  const place: GithubPlace = {
    owner: payload.owner,
    repository: payload.repository,
    token: secret?.value,
    enterpriseHost: firstHeader(headers, 'X-GitHub-Enterprise-Host') || undefined,
  };
  try {
    const isAllowed = await isMember(check, payload, place, github);
    const isApproved =
      eventType === 'pull_request' || /(^|\n)\/ok-to-test(\r\n|\r|\n|$)/.test(payload.comment);
    return isAllowed && isApproved ? letThrough : { stopped: 'owners check requirements not met' };
  } catch (error) {
    return { stopped: `error checking owner verification: ${messageOf(error)}` };
  }
}

async function isMember(
  check: OwnersCheck,
  { sender }: OwnersPayload,
  place: GithubPlace,
  github: GithubQuestions,
): Promise<boolean> {
  if (check === 'orgMembers' || check === 'all') {
    if ((await github.publicMembers(place)).includes(sender)) return true;
  }
  if (check === 'repoMembers' || check === 'all') {
    if ((await github.collaborators(place)).includes(sender)) return true;
  }
  const file = await github.ownersFile(place);
  return file !== undefined && ownersOf(file).some((owner) => owner.toLowerCase() === sender.toLowerCase());
}

/** The approvers and reviewers of an OWNERS file. */
function ownersOf(text: string): string[] {
  const owners = (parseValueWithinLimits(text) ?? {}) as { approvers?: unknown; reviewers?: unknown };
  return [owners.approvers, owners.reviewers].flatMap((list) =>
    Array.isArray(list) ? list.map(String) : [],
  );
}
