import { git } from './git.ts';
import type { Repository } from './repository.ts';

/**
 * What Git says of the signature of a tag or a commit, by the keys and allowed signers of its own configuration: `good` with the
 * signer; `bad` where the content is not what was signed, or the key is not allowed; `unknown` where Git lacks what it needs.
 */
export type SignatureVerdict =
  | { readonly verdict: 'good'; readonly signer: string }
  | { readonly verdict: 'none' }
  | { readonly verdict: 'bad' | 'unknown'; readonly why: string };

/** The verdict of Git on one object, a tag or a commit, whose raw content is given. */
export async function verifySignature(
  repository: Repository,
  object: { readonly sha: string; readonly type: string; readonly content: Buffer },
): Promise<SignatureVerdict> {
  if (!isSigned(object)) return { verdict: 'none' };
  const verify = object.type === 'tag' ? 'verify-tag' : 'verify-commit';
  const { code, stderr, stdout } = await git(repository.directory, [verify, '--raw', object.sha], {
    to: `verify the signature of ${object.sha.slice(0, 12)}`,
    allow: [0, 1, 128],
    signal: repository.signal,
  });
  const said = `${stdout.toString('utf8')}\n${stderr}`;
  if (code === 0) return { verdict: 'good', signer: signerIn(said) };
  return isUnknown(said)
    ? { verdict: 'unknown', why: reasonIn(said) }
    : { verdict: 'bad', why: reasonIn(said) };
}

/** Whether the raw content of a tag or a commit carries a signature. */
export function isSigned(object: { readonly type: string; readonly content: Buffer }): boolean {
  const text = object.content.toString('utf8');
  const end = text.indexOf('\n\n');
  return object.type === 'tag'
    ? /^-----BEGIN (?:PGP|SSH|SIGNED) (?:SIGNATURE|MESSAGE)-----$/m.test(text.slice(end + 2))
    : /^gpgsig(?:-sha256)? /m.test(text.slice(0, end));
}

// Sources: git's gpg-interface.c and sshsig of OpenSSH; doc/DETAILS of GnuPG for the lines that begin with [GNUPG:].
function signerIn(said: string): string {
  const ssh = /^Good "git" signature for (.+) with (\S+) key (\S+)/m.exec(said);
  if (ssh) return `${ssh[1]} (${ssh[2]} ${ssh[3]})`;
  const gpg = /^\[GNUPG:\] GOODSIG (\S+) (.*)$/m.exec(said);
  return gpg ? `${gpg[2]} (${gpg[1]})` : 'a key that Git accepts';
}

function isUnknown(said: string): boolean {
  return (
    /allowedSignersFile needs to be configured|^\[GNUPG:\] (?:NO_PUBKEY|ERRSIG)|cannot run |No such file or directory/m.test(
      said,
    ) && !/^\[GNUPG:\] BADSIG/m.test(said)
  );
}

function reasonIn(said: string): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/allowedSignersFile needs to be configured/, 'gpg.ssh.allowedSignersFile is not configured here'],
    [/^\[GNUPG:\] BADSIG/m, 'the content is not what was signed'],
    [/^\[GNUPG:\] (?:NO_PUBKEY|ERRSIG)/m, 'the public key of the signer is not in the keyring here'],
    [/^\[GNUPG:\] REVKEYSIG/m, 'the key was revoked'],
    [/^\[GNUPG:\] EXPKEYSIG/m, 'the key has expired'],
    [/^\[GNUPG:\] EXPSIG/m, 'the signature has expired'],
    [/No principal matched/, 'the key is not among the allowed signers'],
    [/incorrect signature|Signature verification failed/i, 'the content is not what was signed'],
  ];
  const found = known.find(([pattern]) => pattern.test(said));
  const first = said
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '' && !line.startsWith('[GNUPG:]'));
  return found?.[1] ?? first ?? 'Git does not accept it and does not say why';
}
