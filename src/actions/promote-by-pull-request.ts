import type { Plan } from '../model/plan.ts';
import { BitiqError, Interrupted } from '../model/errors.ts';
import { commonCommit, fetchOwnBranches, headOfBranch } from '../git/branches.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import type { GitHub } from '../github/client.ts';
import { findPullRequest, upsertPullRequest, type UpsertedPullRequest } from '../github/pull-requests.ts';
import { planAndApply, type Applied } from './apply-plan.ts';
import type { PreparedPlan } from './prepare.ts';
import { preparePromotion, stepOf, type PromoteOptions } from './promote.ts';
import { writePullRequestBody } from './pull-request-body.ts';
import { proposalBranch, readProposal, requireOwnBranch } from './read-proposal.ts';
import { readConfig } from './read-state.ts';

/** What a promotion by pull request did, or would do. */
export interface Proposed {
  readonly applied: Applied;
  /** Undefined when there is nothing to propose, and for a plan. */
  readonly pullRequest: UpsertedPullRequest | undefined;
  /** The number of the open pull request that there was before, where GitHub was asked. */
  readonly openBefore: number | undefined;
}

export interface ProposeOptions extends PromoteOptions {
  /** Undefined: GitHub is not asked, which only a plan can do without. */
  readonly github: GitHub | undefined;
}

/**
 * Makes a new release as `promote` does, and proposes the move of the pointer by one pull request: the tag and the branch
 * `bitiq/<env>` are pushed at once, main stays. Run again it brings branch and pull request up to date, and what is missing
 * after an interruption is done then.
 */
export async function promoteByPullRequest(
  repository: Repository,
  options: ProposeOptions,
): Promise<Proposed> {
  const { github } = options;
  const branch = proposalBranch(options.to);
  // Asked first, so that a token that is not good is told before anything is written.
  const openBefore = github && (await findPullRequest(github, branch, repository.branch));
  const applied = await planAndApply(repository, {
    ...options,
    plan: (head, start) => prepareProposal(repository, { head, start }, options),
    step: stepOf(options),
  });
  const { plan } = applied.prepared;
  if (options.dryRun || !github || !plan.proposal) {
    return { applied, pullRequest: undefined, openBefore: openBefore?.number };
  }
  const pullRequest = await openPullRequest(repository, github, { plan, options }).catch((error: unknown) => {
    if (github.signal?.aborted) throw new Interrupted(`Interrupted. ${pushedState(plan)}`);
    throw error instanceof BitiqError ? withPushedState(error, plan) : error;
  });
  return { applied, pullRequest, openBefore: openBefore?.number };
}

async function prepareProposal(
  repository: Repository,
  { head, start }: { readonly head: string; readonly start: string },
  options: ProposeOptions,
): Promise<PreparedPlan> {
  const config = await readConfig(commitTree(repository, head));
  await fetchOwnBranches(repository);
  const environment = config.environments.find(({ name }) => name === options.to);
  const proposal = environment?.pinned ? await readProposal(repository, head, environment) : undefined;
  const prepared = await preparePromotion(repository, { head, start }, { ...options, proposal });
  const { plan } = prepared;
  const branch = proposalBranch(options.to);
  if (plan.commits.length === 0) {
    if (proposal === undefined) return prepared;
    const left = `${proposal.release} is still proposed on ${branch}; close its pull request if nobody wants it.`;
    return { ...prepared, plan: { ...plan, notes: [...plan.notes, left] } };
  }
  await requireOwnBranch(repository, { environment: options.to, head });
  const tip = await headOfBranch(repository, branch);
  const isNew = plan.tag !== undefined;
  const replaces = isNew ? proposal?.release : undefined;
  const title = plan.commits.at(-1)!.subject;
  const proposed: Plan = { ...plan, proposal: { branch, tip, title, replaces } };
  const files = prepared.files.at(-1)!;
  if (!isNew && tip !== undefined && (await fitsOn(repository, { head, tip, files }))) {
    const notes = [`${plan.to} is exactly this, and proposed already on ${branch}.`, ...plan.notes];
    return { plan: { ...proposed, commits: [], notes }, files: [] };
  }
  const notes = [
    ...(replaces === undefined
      ? []
      : [`It replaces ${replaces}, which was proposed and never ran; that tag stays.`]),
    ...(isNew ? [] : [`${plan.to} is exactly this; only its branch is made anew, on what main is now.`]),
    ...plan.notes,
  ];
  const commits = plan.commits.map((commit) =>
    commit.on === 'main' ? { ...commit, on: 'branch' as const } : commit,
  );
  return { ...prepared, plan: { ...proposed, commits, notes } };
}

/** Whether a branch says these files, and main has not changed them since. */
async function fitsOn(
  repository: Repository,
  at: { readonly head: string; readonly tip: string; readonly files: ReadonlyMap<string, string> },
): Promise<boolean> {
  const base = await commonCommit(repository, at.tip, at.head);
  if (base === undefined || base === at.tip) return false;
  const paths = [...at.files.keys()];
  const [onBranch, before, now] = await Promise.all(
    [at.tip, base, at.head].map((commit) => commitTree(repository, commit).read(paths)),
  );
  return paths.every(
    (path) => onBranch!.get(path) === at.files.get(path) && before!.get(path) === now!.get(path),
  );
}

async function openPullRequest(
  repository: Repository,
  github: GitHub,
  { plan, options }: { readonly plan: Plan; readonly options: ProposeOptions },
): Promise<UpsertedPullRequest> {
  const proposal = plan.proposal!;
  const body = await writePullRequestBody(repository, {
    head: plan.base,
    config: await readConfig(commitTree(repository, plan.base)),
    environment: plan.environment,
    from: plan.from,
    to: plan.to!,
    chartChanges: plan.chartChanges ?? [],
    helm: options.helm,
    now: options.actor.now,
  });
  const labels = ['bitiq', 'promotion', plan.environment];
  return upsertPullRequest(github, {
    branch: proposal.branch,
    base: repository.branch,
    title: proposal.title,
    body,
    labels,
  });
}

function withPushedState(error: BitiqError, plan: Plan): BitiqError {
  const { code, message, fix, place } = error;
  return new BitiqError({ code, message, fix, place, state: pushedState(plan), cause: error });
}

function pushedState(plan: Plan): string {
  return `${plan.to} is tagged and is on the branch ${plan.proposal!.branch}; its pull request is not up to date. The main branch was not changed. The same command goes on from here.`;
}
