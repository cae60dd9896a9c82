import { Interrupted } from '../model/errors.ts';
import { fetchRemote, headOfMain, type Repository } from '../git/repository.ts';
import { takeTurn } from '../git/take-turn.ts';
import { commitTree } from '../git/tree.ts';
import { pushAtomically, writeCommit, writeTag, type RefMove } from '../git/write.ts';
import { addGenerated } from './add-generated.ts';
import { printCommitMessage, type Actor, type PreparedPlan } from './prepare.ts';
import { rememberRenderingOf } from './render.ts';
import { winRace } from './win-race.ts';

/** What an action did. */
export interface Applied {
  readonly prepared: PreparedPlan;
  /** The full sha of main afterwards. */
  readonly head: string;
  /** The full sha of the branch that proposes, where one was pushed. */
  readonly proposed?: string | undefined;
  /** How often others had moved main in the meantime. */
  readonly races: number;
}

export interface ApplyOptions {
  readonly actor: Actor;
  readonly dryRun?: boolean | undefined;
  readonly plan: (head: string) => Promise<PreparedPlan>;
}

/**
 * Plans on the newest head of main and pushes the result as one atomic step; after a lost race it fetches, plans again
 * and pushes again, five times at most (`race-lost`). Writers on one machine take turns at a remote there. A plan without
 * commits pushes nothing. Throws `Interrupted`, with the state, when the repository's signal ended it.
 */
export async function planAndApply(repository: Repository, options: ApplyOptions): Promise<Applied> {
  const { signal } = repository;
  const progress = { pushes: false };
  try {
    return options.dryRun
      ? await attempt(repository, options, progress)
      : await takeTurn(repository, () => attempt(repository, options, progress));
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw new Interrupted(
      progress.pushes
        ? 'Interrupted during the push: `bitiq log` shows whether the remote took all of it or nothing.'
        : 'Interrupted. Nothing was changed.',
    );
  }
}

function attempt(
  repository: Repository,
  options: ApplyOptions,
  progress: { pushes: boolean },
): Promise<Applied> {
  return winRace<Applied>(repository, 'main', async (races) => {
    await fetchRemote(repository);
    const head = await headOfMain(repository);
    const prepared = await addGenerated(repository, head, await options.plan(head));
    if (options.dryRun || prepared.plan.commits.length === 0) return { won: { prepared, head, races } };
    // Before it, nothing is changed; from here on the remote decides.
    repository.signal?.throwIfAborted();
    progress.pushes = true;
    const moved = await push(repository, prepared, options.actor);
    progress.pushes = false;
    if (typeof moved !== 'string') return { lost: { from: head, said: moved.lost } };
    const { proposal } = prepared.plan;
    return {
      won: proposal ? { prepared, head, proposed: moved, races } : { prepared, head: moved, races },
    };
  });
}

/** The sha of the commit that main, or the branch that proposes, is at then. */
async function push(
  repository: Repository,
  prepared: PreparedPlan,
  actor: Actor,
): Promise<string | { readonly lost: string }> {
  const { plan } = prepared;
  const by = { name: actor.name, email: actor.email, date: actor.now };
  let main = plan.base;
  const moves: RefMove[] = [];
  let remembered: Promise<void> | undefined;
  let tag: string | undefined;
  for (const [index, commit] of plan.commits.entries()) {
    const sha = await writeCommit(repository, {
      parent: main,
      files: prepared.files[index] ?? new Map(),
      message: printCommitMessage(commit, commit.on === 'release' ? undefined : tag),
      by,
    });
    if (commit.on !== 'release') main = sha;
    else if (plan.tag) {
      tag = await writeTag(repository, {
        name: plan.tag.name,
        commit: sha,
        message: plan.tag.message,
        by,
      });
      moves.push({ ref: `refs/tags/${plan.tag.name}`, from: undefined, to: tag });
      // The next release is compared with this one.
      remembered =
        prepared.rendering &&
        rememberRenderingOf(commitTree(repository, sha), prepared.rendering).catch(() => {});
    }
  }
  const { proposal } = plan;
  if (main !== plan.base) {
    moves.push(
      proposal
        ? { ref: `refs/heads/${proposal.branch}`, from: proposal.tip, to: main }
        : { ref: 'refs/heads/main', from: plan.base, to: main },
    );
  }
  const [pushed] = await Promise.all([pushAtomically(repository, moves), remembered]);
  return pushed === 'pushed' ? main : pushed;
}
