import { messageOf } from '../../model/errors.ts';
import { checkOwners } from './check-owners.ts';
import { readFilesPayload } from './github-payloads.ts';
import { firstHeader } from './headers.ts';
import {
  letThrough,
  type InterceptorAnswer,
  type InterceptorEvent,
  type InterceptorWorld,
} from './interceptor-event.ts';
import { findSecret, signatureProblem } from './signature.ts';
import type { GithubInterceptor, SecretKey } from './types.ts';

/** Checks signature and event type in Tekton's order, then finds the changed files or judges the sender. */
export async function runGithub(
  interceptor: GithubInterceptor,
  event: InterceptorEvent,
  world: InterceptorWorld,
): Promise<InterceptorAnswer> {
  const { headers, raw } = event;
  if (firstHeader(headers, 'Content-Type') === 'application/x-www-form-urlencoded') {
    return {
      stopped: 'form parameter encoding not supported, please change the hook to send JSON payloads',
    };
  }
  const eventType = firstHeader(headers, 'X-GitHub-Event');
  if (interceptor.eventTypes && !interceptor.eventTypes.includes(eventType))
    return { stopped: `event type ${eventType} is not allowed` };
  if (interceptor.secret) {
    const signature = firstHeader(headers, 'X-Hub-Signature-256');
    if (signature === '') return { stopped: 'no X-Hub-Signature-256 header set' };
    const secret = findSecret(interceptor.secret, world.secrets);
    if ('problem' in secret) return { stopped: secret.problem };
    const problem = signatureProblem(signature, raw, secret.value);
    if (problem !== undefined) return { stopped: problem };
  }
  if (interceptor.changedFiles) return addChangedFiles(interceptor.changedFiles, eventType, event, world);
  if (interceptor.owners) return checkOwners(interceptor.owners, eventType, event, world);
  return letThrough;
}

/** The files that a push or a pull request changes, in the extension `changed_files`, with commas between. */
async function addChangedFiles(
  { token }: { readonly token?: SecretKey | undefined },
  eventType: string,
  { headers, raw }: InterceptorEvent,
  { secrets, github }: InterceptorWorld,
): Promise<InterceptorAnswer> {
  if (eventType !== 'push' && eventType !== 'pull_request') return letThrough;
  const secret = token && findSecret(token, secrets);
  if (secret && 'problem' in secret) return { stopped: secret.problem };
  const payload = readFilesPayload(raw.toString('utf8'), eventType);
  if ('problem' in payload) return { stopped: `error parsing body: ${payload.problem}` };
  if (eventType === 'push') return { extensions: { changed_files: payload.files.join(',') } };
  if (!github) return { stopped: 'error getting changed files: requests to GitHub are off here' };
  try {
    const { owner, repository, number } = payload;
    const enterpriseHost = firstHeader(headers, 'X-GitHub-Enterprise-Host') || undefined;
    const files = await github.changedFiles({
      ...{ owner, repository, number, enterpriseHost },
      token: secret?.value,
    });
    return { extensions: { changed_files: files.join(',') } };
  } catch (error) {
    return { stopped: `error getting changed files: ${messageOf(error)}` };
  }
}
