import type { Finding } from '../../model/finding.ts';
import { partOf, type PartResult } from '../../model/verification.ts';
import { isSigned, verifySignature, type SignatureVerdict } from '../../git/verify-signature.ts';
import { findObjects, type Repository } from '../../git/repository.ts';
import { releaseFinding } from '../read/release-finding.ts';
import type { ReleaseFacts } from './release-facts.ts';

/**
 * What Git says of the signatures of each release's tag and of the commit of main that first moved the pointer to it, in the order of
 * the facts. A release without a signature is a finding where one is `required`, or where an earlier release of the environment has one.
 */
export async function verifySignatures(
  repository: Repository,
  options: {
    readonly facts: readonly ReleaseFacts[];
    readonly required: boolean;
    readonly signedBefore: boolean;
  },
): Promise<{ readonly result: PartResult; readonly findings: readonly Finding[] }[]> {
  const { facts } = options;
  const commits = await findObjects(
    repository,
    facts.map(({ moves }) => moves.at(-1)?.commit.sha ?? ''),
  );
  // Who signs tags need not sign commits: each is required once it was there.
  const isRequired = { tag: options.required || options.signedBefore, commit: options.required };
  const results: { result: PartResult; findings: readonly Finding[] }[] = [];
  // One after another: a release is judged by those before it, and a verification is a process of gpg or ssh-keygen.
  for (const [index, each] of facts.entries()) {
    const { tag } = each;
    if (tag?.type !== 'tag') {
      results.push({ result: { part: 'signature', result: 'none', note: 'no annotated tag' }, findings: [] });
      continue;
    }
    const ofTag = await verifySignature(repository, tag);
    const commit = commits[index];
    const ofCommit: SignatureVerdict = commit
      ? await verifySignature(repository, commit)
      : { verdict: 'none' };
    results.push(judge(each, ofTag, ofCommit, { ...isRequired }));
    isRequired.tag ||= isSigned(tag);
    isRequired.commit ||= commit !== undefined && isSigned(commit);
  }
  return results;
}

function judge(
  { release, moves }: ReleaseFacts,
  tag: SignatureVerdict,
  commit: SignatureVerdict,
  isRequired: { readonly tag: boolean; readonly commit: boolean },
): { readonly result: PartResult; readonly findings: readonly Finding[] } {
  const pointer = moves.at(-1)?.commit.sha.slice(0, 7);
  const findings = [
    ...faultOf(release, `The tag ${release}`, tag, isRequired.tag),
    ...(pointer === undefined
      ? []
      : faultOf(
          release,
          `The commit ${pointer} that moved the pointer to ${release}`,
          commit,
          isRequired.commit,
        )),
  ];
  if (findings.length > 0) {
    const isUnknown = [tag, commit].every(({ verdict }) => verdict === 'good' || verdict === 'unknown');
    const { result } = partOf('signature', findings, '');
    return { result: isUnknown ? { ...result, result: 'unknown' } : result, findings };
  }
  return tag.verdict === 'good'
    ? { result: { part: 'signature', result: 'ok', note: tag.signer }, findings }
    : { result: { part: 'signature', result: 'none', note: 'not signed' }, findings };
}

function faultOf(release: string, what: string, found: SignatureVerdict, isRequired: boolean): Finding[] {
  if (found.verdict === 'good' || (found.verdict === 'none' && !isRequired)) return [];
  const fix = {
    none: 'Sign releases: `git config tag.gpgSign true` and `git config commit.gpgSign true` where promotions are made. Find out who made this one.',
    bad: 'Find out who made it. `bitiq rollback` goes to a release that verifies.',
    unknown:
      'Tell Git whose signatures to accept: `git config gpg.ssh.allowedSignersFile FILE` for SSH keys, or import the public key into the keyring of GnuPG.',
  }[found.verdict];
  const message =
    found.verdict === 'none'
      ? `${what} is not signed, and it must be.`
      : found.verdict === 'bad'
        ? `${what} has a signature that Git does not accept: ${found.why}.`
        : `The signature cannot be verified: ${what.replace(/^The /, 'the ')}: ${found.why}.`;
  return [releaseFinding(release, 'signature-invalid', message, fix)];
}
