import { createHash } from 'node:crypto';
import { isSame, signatureProblem } from './signature.ts';

/**
 * Why a webhook is not from someone who has the secret; undefined when it is. Signatures are GitHub's, Bitbucket's and GitLab's token;
 * what the triggers make of it they decide themselves.
 */
export function findStranger(
  {
    headers,
    body,
  }: {
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: Buffer;
  },
  secret: string,
): string | undefined {
  const text = (name: string) => [headers[name]].flat()[0] ?? '';
  const token = text('x-gitlab-token');
  if (token !== '')
    return isSame(digest(token), digest(secret)) ? undefined : 'gitlab: the X-Gitlab-Token is another one';
  const signature = text('x-hub-signature-256') || text('x-hub-signature');
  if (signature === '') return 'github: no X-Hub-Signature-256 header set';
  const problem = signatureProblem(signature, body, secret);
  return problem && `github: ${problem}`;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
