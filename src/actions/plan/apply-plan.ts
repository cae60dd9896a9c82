import { Interrupted } from '../../model/errors.ts';
import { fetchOwnBranches } from '../../git/branches.ts';
import { fetchRemote, headOfMain, type Repository } from '../../git/repository.ts';
import { takeTurn } from '../../git/take-turn.ts';
import { commitTree } from '../../git/tree.ts';
import { pushAtomically } from '../../git/push.ts';
import type { RefMove } from '../../git/push-report.ts';
import { writeCommit, writeTag } from '../../git/write.ts';
import type { UpsertedPullRequest } from '../../github/pull-requests.ts';
import { addGenerated } from './add-generated.ts';
import { printCommitMessage, type Actor, type PreparedPlan } from './prepared-plan.ts';
import { openProposed, propose, type Proposing, type PullRequestDoor } from './propose.ts';
import { rememberRenderingOf } from '../render.ts';
import { requireNoSecret } from './require-no-secret.ts';
import { requireStill, type RelativeAction } from './require-still.ts';
import { winRace } from './win-race.ts';

/** What an action did. */
export interface Applied {
  readonly prepared: PreparedPlan;
  /** The full sha of main afterwards. */
  readonly head: string;
  /** The full sha of the branch that proposes, where one was pushed. */
  readonly proposed?: string | undefined;
  /** The branch that was moved, and whether that is one of this checkout alone, which has no remote. */
  readonly branch: string;
  readonly isLone: boolean;
  /** How often others had moved main in the meantime. */
  readonly races: number;
  /** What did not work after the push, such as updating the clone: the push itself is done. */
  readonly warnings: readonly string[];
  /** Of an action that proposes: its pull request, where GitHub was asked and there is something to propose, … */
  readonly pullRequest?: UpsertedPullRequest | undefined;
  /** … the number of the one that was open before, and the pages that the remote named in its answer to the push. */
  readonly openBefore?: number | undefined;
  readonly links?: readonly string[] | undefined;
}

export interface ApplyOptions {
  readonly actor: Actor;
  /** Why a release cannot be undone, which its tag records. */
  readonly irreversible?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** `start` is the head of main when the command began: the state that its user looked at. */
  readonly plan: (head: string, start: string) => Promise<PreparedPlan>;
  /** For an action that steps from where an environment is: it is not planned again where that has moved meanwhile. */
  readonly step?: RelativeAction | undefined;
  /** Proposes the commit by a pull request; main stays. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/**
 * Plans on the newest head of main and pushes the result as one atomic step; after a lost race it fetches, plans again
 * and pushes again, five times at most (`push-conflict`). Writers on one machine take turns at a remote there. A plan without
 * commits pushes nothing. Throws `secret-in-text` before anything else where a text that would be kept has a secret. A step throws `environment-moved` where others moved its environment after the command began. Throws `Interrupted`, with the state, when the repository's signal ended it.
 */
export async function planAndApply(repository: Repository, options: ApplyOptions): Promise<Applied> {
  requireNoSecret(options);
  const { signal } = repository;
  const progress: Progress = { pushes: false };
  const begin = async (): Promise<void> => {
    await fetchRemote(repository);
    progress.start = await headOfMain(repository);
  };
  try {
    const applied = options.dryRun
      ? await attempt(repository, options, progress)
      : await takeTurn(repository, () => attempt(repository, options, progress), begin);
    const { proposing } = progress;
    if (options.dryRun || !options.pullRequest || !proposing) return applied;
    return { ...applied, pullRequest: await openProposed(repository, options.pullRequest, proposing) };
  } catch (error) {
    if (!signal?.aborted || error instanceof Interrupted) throw error;
    throw new Interrupted(
      progress.pushes
        ? 'Interrupted during the push: `bitiq log` shows whether the remote took all of it or nothing.'
        : 'Interrupted. Nothing was changed.',
    );
  }
}

interface Progress {
  pushes: boolean;
  proposing?: Proposing;
  /** The head of main when the command began. */
  start?: string;
}

function attempt(repository: Repository, options: ApplyOptions, progress: Progress): Promise<Applied> {
  const { branch, kind } = repository;
  const where = { branch, isLone: kind === 'checkout' && repository.remote === repository.directory };
  return winRace<Applied>(repository, branch, async (races) => {
    await fetchRemote(repository);
    const head = await headOfMain(repository);
    const start = (progress.start ??= head);
    if (options.pullRequest) await fetchOwnBranches(repository);
    if (options.step) await requireStill(repository, { step: options.step, start, head });
    const planned = await addGenerated(repository, head, await options.plan(head, start));
    const { pullRequest: door, actor, step } = options;
    const proposing = door && (await propose(repository, { head, door, actor, step }, planned));
    if (proposing) progress.proposing = proposing;
    const { prepared = planned, openBefore } = proposing ?? {};
    if (options.dryRun || prepared.plan.commits.length === 0)
      return { won: { prepared, head, races, warnings: [], openBefore, ...where } };
    const written = await write(repository, prepared, options.actor);
    // Before it, nothing is changed; from here on the remote decides.
    repository.signal?.throwIfAborted();
    progress.pushes = true;
    const pushed = await pushAtomically(repository, written.moves);
    progress.pushes = false;
    if (pushed.end === 'lost') return { lost: { from: head, said: pushed.said } };
    await written.remembered;
    const { tip } = written;
    const end = prepared.plan.proposal ? { head, proposed: tip } : { head: tip };
    const { warnings, links } = pushed;
    return { won: { prepared, ...end, races, warnings, links, openBefore, ...where } };
  });
}

/** Writes the objects of a plan. `tip` is the commit that main, or the branch that proposes, is at when the refs have moved. */
async function write(
  repository: Repository,
  prepared: PreparedPlan,
  actor: Actor,
): Promise<{
  readonly moves: readonly RefMove[];
  readonly tip: string;
  readonly remembered: Promise<void> | undefined;
}> {
  const { plan } = prepared;
  const by = { name: actor.name, email: actor.email, date: actor.now, isMachine: actor.isMachine };
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
        : { ref: `refs/heads/${repository.branch}`, from: plan.base, to: main },
    );
  }
  return { moves, tip: main, remembered };
}
