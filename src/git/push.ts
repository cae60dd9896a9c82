import { stripSecrets } from '../process/run.ts';
import { keptRef } from './branches.ts';
import { blockedClone } from './blocked-clone.ts';
import { git } from './git.ts';
import { noteElsewhere, requireOneRepository } from './one-repository.ts';
import { withHookTrace } from './pre-push-hook.ts';
import { hookRefused, refusal, requireFreeCheckout } from './push-refusal.ts';
import { readPorcelain, type PushedRef, type RefMove } from './push-report.ts';
import { remoteName, type Repository } from './repository.ts';
import { settleLostAnswer } from './settle-push.ts';

/** How a push ended: the remote has all of it, or nothing of it because another writer was faster. */
export type PushEnd =
  | {
      readonly end: 'pushed';
      /** What did not work afterwards, such as keeping the new refs in the clone: the remote has everything all the same. */
      readonly warnings: readonly string[];
      /** The pages that the remote named, such as the one where a pull request of a new branch is made. */
      readonly links: readonly string[];
    }
  | { readonly end: 'lost'; readonly said: string };

/**
 * Moves all refs on the remote, or none: `lost`, with what Git said, when one of them was no longer what it was or another process
 * just writes it. What the remote took is done, whatever happens to the clone afterwards. Throws `push-denied` for the pre-push hook
 * of the clone, `remote-conflict` where pushes go to another repository, `main-protected` or `push-denied` where the remote said no, `push-unknown` where the answer was lost and the remote could not tell.
 */
export async function pushAtomically(repository: Repository, moves: readonly RefMove[]): Promise<PushEnd> {
  await requireOneRepository(repository);
  const intoCheckout = repository.kind === 'checkout' && repository.remote === repository.directory;
  const name = remoteName(repository);
  const args = [
    // A remote that mirrors takes no push of some refs.
    ...(name === undefined ? [] : ['-c', `remote.${name}.mirror=false`]),
    'push',
    '--atomic',
    '--porcelain',
    // Whatever a person has set: nothing is pushed but these refs.
    '--no-follow-tags',
    '--recurse-submodules=no',
    // A checkout that is its own remote is updated together with its files, and only when they are clean.
    ...(intoCheckout ? ['--receive-pack=git -c receive.denyCurrentBranch=updateInstead receive-pack'] : []),
    ...moves.map((move) => `--force-with-lease=${move.ref}:${move.from ?? ''}`),
    repository.remote,
    ...moves.map((move) => `${move.to}:${move.ref}`),
  ];
  const { patience } = repository;
  const { result, endedInHook } = await withHookTrace(repository, (env) =>
    git(repository.directory, args, {
      to: `push to ${repository.label}`,
      env: { ...patience.env, ...env },
      limitMs: patience.pushMs,
      allow: 'any',
    }),
  );
  const said = stripSecrets((result.stdout.toString('utf8') + result.stderr).trim(), []);
  const refs = readPorcelain(result.stdout.toString('utf8'));
  const refused = refs.filter((ref) => ref.state === 'refused');
  // Also where the connection broke after the last word of the remote.
  const isTaken =
    refused.length === 0 &&
    moves.every(({ ref }) => refs.some((each) => each.to === ref && each.state === 'taken'));
  if (result.code === 0 || isTaken)
    return { end: 'pushed', warnings: await afterPush(repository, moves), links: linksIn(result.stderr) };
  if (endedInHook)
    throw hookRefused(repository, {
      said: stripSecrets(result.stderr.trim(), []),
      timedOut: result.timedOut,
    });
  if (refused.length > 0) {
    if (intoCheckout) requireFreeCheckout(repository, said);
    if (refused.some((ref) => isLost(ref, said)) && !/'(refs\/\S+)' exists; cannot create/.test(said))
      return { end: 'lost', said };
    throw refusal(repository, { refused, said });
  }
  const settled = await settleLostAnswer(repository, moves, { said, timedOut: result.timedOut });
  return { end: 'pushed', warnings: [settled, ...(await afterPush(repository, moves))], links: [] };
}

/** What did not work after a push that is done, as sentences. */
async function afterPush(repository: Repository, moves: readonly RefMove[]): Promise<string[]> {
  const main = moves.find(({ ref }) => ref === `refs/heads/${repository.branch}`);
  return [...(await keepPushed(repository, moves)), ...(await noteElsewhere(repository, main?.to))];
}

/** The pages that a remote names to the one who pushes. */
function linksIn(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => {
    const link = line.startsWith('remote:') ? /https?:\/\/\S+/.exec(line)?.[0] : undefined;
    return link === undefined ? [] : [stripSecrets(link, [])];
  });
}

/**
 * Whether another writer was faster, by the reason that Git gives for a ref. Where the remote found out while it moved them all, the
 * reason is the same for each, and its error tells more. What a hook prints does not count: then the reason is that a hook declined.
 */
function isLost({ reason }: PushedRef, said: string): boolean {
  const faster = /^(?:stale info|fetch first|non-fast-forward|needs force|already exists)/;
  const moved = 'cannot lock ref|failed to update ref|incorrect old value|reference already exists';
  return (
    faster.test(reason) ||
    new RegExp(`^(?:${moved})`).test(reason) ||
    (/^(?:atomic )?transaction failed$/.test(reason) && new RegExp(`error: .*(?:${moved})`).test(said))
  );
}

/** After a push, the refs here say the same as the remote's without another fetch. Returns what did not work, as sentences. */
async function keepPushed(repository: Repository, moves: readonly RefMove[]): Promise<string[]> {
  if (repository.remote === repository.directory) return [];
  const updated = await git(repository.directory, ['update-ref', '--stdin'], {
    to: 'record what was pushed',
    input: moves.map((move) => `update ${keptRef(repository, move.ref)} ${move.to}\n`).join(''),
    allow: 'any',
  });
  if (updated.code === 0) return [];
  const said = stripSecrets(updated.stderr.trim(), []);
  const blocked = blockedClone(repository, said);
  return [
    blocked === undefined
      ? `The push is done, and your clone could not be updated: ${said.replace(/^fatal: /, '')}`
      : `The push is done, and your clone could not be updated. ${blocked.message} ${blocked.fix}`,
  ];
}
