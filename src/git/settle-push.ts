import { setTimeout as pause } from 'node:timers/promises';
import { BitiqError } from '../model/errors.ts';
import { git } from './git.ts';
import { printLimit } from './patience.ts';
import type { RefMove } from './push-report.ts';
import type { Repository } from './repository.ts';
import { quoteWhereNeeded } from '../process/quote-for-shell.ts';

/** How long to wait, in milliseconds, before the remote is asked: it may still work on what it got. */
const looks = [0, 300, 1500];

/** How long one question to the remote may take, in milliseconds. */
const askMs = 20_000;

interface Lost {
  /** What git printed. */
  readonly said: string;
  /** The remote did not answer in the time of a push. */
  readonly timedOut?: boolean | undefined;
}

/**
 * A push whose answer did not come: asks the remote what it has. Returns a sentence where it has all of the push. Throws
 * `remote-unreachable` or `push-denied` where nothing can have been sent, else `push-unknown` with how to find out.
 */
export async function settleLostAnswer(
  repository: Repository,
  moves: readonly RefMove[],
  lost: Lost,
): Promise<string> {
  const { said, timedOut } = lost;
  const lacks = /^fatal: the receiving end does not support (.*)$/m.exec(said);
  if (lacks) {
    throw new BitiqError({
      code: 'push-denied',
      message: `${repository.label} does not accept this push: it does not support ${lacks[1]}.`,
      fix: 'bitiq moves all refs of an action in one atomic push, signed where push.gpgSign is set: unset that, or use a remote that takes it.',
    });
  }
  let seen: ReadonlyMap<string, string> | undefined;
  // Asked all the same: a hook may have printed these words before the push went out.
  const isSent = !wasNeverSent(said);
  for (const wait of isSent && !timedOut ? looks : [0]) {
    if (wait > 0) await pause(wait, undefined, { signal: repository.signal });
    seen = await askRemote(repository, moves);
    if (seen && (await hasAll(repository, moves, seen)))
      return `${timedOut ? `${repository.label} did not answer the push within ${printLimit(repository)}` : `The connection broke before ${repository.label} answered`}; asked again, it has all of the push.`;
  }
  // Any answer but a success means that the server passed nothing on.
  if (!isSent || (seen && turnedAway.test(said))) throw unreached(repository, said);
  throw unknown(repository, { moves, seen, ...lost });
}

/** What Git says when it could not begin: the push is sent only after the remote has listed its refs. */
export function wasNeverSent(said: string): boolean {
  return neverSent.test(said) || deniedBySsh.test(said);
}

const neverSent =
  /^(?:fatal: unable to access |fatal: Authentication failed|fatal: could not read (?:Username|Password)|fatal: '.*' does not appear to be a git repository|fatal: repository '.*' not found|fatal: protocol '.*' is not supported|ssh: |Host key verification failed)/m;

/** The whole line of ssh, such as `git@github.com: Permission denied (publickey).`: a hook may print the words, too, and then the push was sent. */
const deniedBySsh = /^[^\s:@]+@[^\s:@]+: Permission denied \([-a-z,]+\)\.$/m;

/** A server answers so before it gives a request to Git. */
const turnedAway = /^error: RPC failed; HTTP (?:40[0-7]|409|41[0-7]|42\d)\b/m;

const asking = { to: 'ask the remote what it has', allow: [0, 1, 128], limitMs: askMs };

async function askRemote(
  repository: Repository,
  moves: readonly RefMove[],
): Promise<ReadonlyMap<string, string> | undefined> {
  const { patience } = repository;
  const listed = await git(
    repository.directory,
    [...patience.args, 'ls-remote', repository.source, ...moves.map(({ ref }) => ref)],
    { ...asking, env: patience.env, signal: repository.signal },
  );
  if (listed.code !== 0) return undefined;
  const lines = listed.stdout.toString('utf8').split('\n').filter(Boolean);
  return new Map(
    lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t'))]),
  );
}

/** The push is whole or not at all, so one of its refs tells of all; a branch may have been moved on by others since. */
async function hasAll(
  repository: Repository,
  moves: readonly RefMove[],
  seen: ReadonlyMap<string, string>,
): Promise<boolean> {
  const { patience } = repository;
  for (const { ref, to, from } of moves) {
    const now = seen.get(ref);
    if (now === to) return true;
    if (now === undefined || now === from || ref.startsWith('refs/tags/')) continue;
    const fetched = await git(
      repository.directory,
      [
        ...patience.args,
        'fetch',
        '--no-write-fetch-head',
        '--no-tags',
        '--no-auto-gc',
        repository.source,
        ref,
      ],
      { ...asking, env: patience.env, signal: repository.signal },
    );
    if (fetched.code !== 0) continue;
    const compared = await git(repository.directory, ['merge-base', '--is-ancestor', to, now], {
      to: 'compare two commits',
      allow: [0, 1, 128],
    });
    if (compared.code === 0) return true;
  }
  return false;
}

/** Whether the remote was reached and said no, by what Git and ssh themselves print. */
export function wasRefused(said: string): boolean {
  return (
    turnedAway.test(said) ||
    deniedBySsh.test(said) ||
    /^fatal: Authentication failed/m.test(said) ||
    /^fatal: unable to access [^\n]*: The requested URL returned error: 40[13]$/m.test(said)
  );
}

function unreached(repository: Repository, said: string): BitiqError {
  const isAnswer = wasRefused(said);
  return new BitiqError({
    code: isAnswer ? 'push-denied' : 'remote-unreachable',
    message: isAnswer
      ? `The push to ${repository.label} was refused.\n${said}`
      : `The push did not reach ${repository.label}.\n${said}`,
    fix: isAnswer
      ? 'Check your credentials and your rights there, then run the command again.'
      : 'Check the address, the network and your credentials, then run the command again.',
  });
}

function unknown(
  repository: Repository,
  lost: {
    readonly moves: readonly RefMove[];
    readonly seen: ReadonlyMap<string, string> | undefined;
  } & Lost,
): BitiqError {
  const { moves, seen, said, timedOut } = lost;
  const { ref, to } = moves.at(-1)!;
  // Git asks for the credentials again.
  const remote = repository.remote.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
  const where = repository.kind === 'cache' ? '' : `-C ${quoteWhereNeeded(repository.directory)} `;
  const ask = `git ${where}ls-remote ${quoteWhereNeeded(remote)} ${ref}`;
  const now = seen?.get(ref);
  return new BitiqError({
    code: 'push-unknown',
    message: `${timedOut ? `${repository.label} did not answer the push within ${printLimit(repository)}.` : `The push was sent to ${repository.label}, and the connection broke before the remote answered.`}${said && `\n${said}`}`,
    fix: `Before you run the command again, see what the remote has: \`${ask}\`. With ${to.slice(0, 12)} the push is done.${timedOut ? ' Where a hook there needs longer, BITIQ_PUSH_TIMEOUT=900 gives it 15 minutes.' : ''}`,
    state:
      seen === undefined
        ? 'It is not known whether the remote took all of it or nothing, and it cannot be asked now.'
        : `When it was asked last, it had nothing of it: ${ref.replace(/^refs\/heads\//, '')} was at ${now === undefined ? 'nothing' : now.slice(0, 12)}. Only if the remote still works on the push, that changes.`,
  });
}
