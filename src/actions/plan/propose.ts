import { printDateTime } from '../../model/date-time.ts';
import { BitiqError, Interrupted } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { actionBranch, proposalBranch } from '../../model/proposal-branch.ts';
import { commonCommit, headOfBranch, type BranchCommit } from '../../git/branches.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import type { GitHub } from '../../github/client.ts';
import { findPullRequest, upsertPullRequest, type UpsertedPullRequest } from '../../github/pull-requests.ts';
import { writePlanBody, writeReleaseBody } from './pull-request-body.ts';
import { printActor, type Actor, type PreparedPlan } from './prepared-plan.ts';
import { readProposal, requireOwnBranch } from './read-proposal.ts';
import { readSoundConfig } from '../read/read-sound-config.ts';
import { requireStill, type RelativeAction } from './require-still.ts';

/** Makes an action propose its commit by a pull request instead of moving main. */
export interface PullRequestDoor {
  /** Undefined: GitHub is not asked, as for a plan, or where the repository is elsewhere: then the branch is all. */
  readonly github: GitHub | undefined;
  /** The repository is not on GitHub, so there is no pull request, and the plan says so. */
  readonly isBranchOnly?: true | undefined;
  /** The Helm that renders what a new release changes, where the action makes releases. */
  readonly helm?: string | undefined;
  /** The plan as text, for the body of the pull request. */
  readonly describe?: ((plan: Plan) => string) | undefined;
}

/** A plan that proposes, and what its pull request says. */
export interface Proposing {
  readonly prepared: PreparedPlan;
  /** The number of the open pull request that there was before, where GitHub was asked. */
  readonly openBefore: number | undefined;
  /** Undefined where there is nothing to propose. */
  readonly body: (() => Promise<string>) | undefined;
}

interface ProposeOptions {
  readonly head: string;
  readonly door: PullRequestDoor;
  readonly actor: Actor;
  readonly step: RelativeAction | undefined;
}

/**
 * The plan with its commit for main on a branch of its own: `bitiq/<env>` for a new release, `bitiq/<env>.<action>` for any other
 * action. Without commits where that branch has it already. Throws `proposal-conflict` where a person's commit would be lost, and
 * `environment-moved` for a step that was proposed on another state of its environment.
 */
export async function propose(
  repository: Repository,
  options: ProposeOptions,
  prepared: PreparedPlan,
): Promise<Proposing> {
  const { plan } = prepared;
  const { head, door } = options;
  const config = await readSoundConfig(repository, head);
  const environment = config.environments.find(({ name }) => name === plan.environment);
  const makesRelease = environment?.kind === 'pinned' && ['promote', 'set'].includes(plan.action);
  const release = makesRelease ? await readProposal(repository, head, environment) : undefined;
  if (plan.commits.length === 0) {
    const left = release && [
      `${release.release} is still proposed on ${release.branch}; close its pull request if it is no longer wanted.`,
    ];
    const notes = [...plan.notes, ...(left ?? [])];
    return { prepared: { ...prepared, plan: { ...plan, notes } }, openBefore: undefined, body: undefined };
  }
  const branch = makesRelease ? proposalBranch(plan.environment) : actionBranch(plan);
  // Asked before anything is written, so that a token that is not good is told then.
  const open = door.github && (await findPullRequest(door.github, branch, repository.branch));
  const [earlier] = await requireOwnBranch(repository, { branch, head });
  const tip = await headOfBranch(repository, branch);
  const isWaiting = earlier !== undefined && (open !== undefined || door.github === undefined);
  if (tip !== undefined && isWaiting && plan.action === 'rollback')
    await requireStep(repository, options, { branch, tip });
  const files = prepared.files.at(-1)!;
  const fits =
    tip !== undefined &&
    plan.tag === undefined &&
    (await isOn(repository, { ...options, tip, files, earlier }));
  const replaces = makesRelease
    ? plan.tag && release?.release
    : isWaiting && !fits
      ? subjectOf(earlier)
      : undefined;
  const proposed: Plan = {
    ...plan,
    proposal: {
      ...{ branch, tip, title: plan.commits.at(-1)!.subject, replaces },
      ...(door.isBranchOnly && { isBranchOnly: true }),
    },
    commits: plan.commits.map((commit) => (commit.on === 'main' ? { ...commit, on: 'branch' } : commit)),
  };
  const notes = [...noteOn(proposed, { makesRelease, fits, earlier }), ...plan.notes];
  const shown = { ...proposed, ...(fits ? { commits: [] } : {}), notes };
  const body = makesRelease
    ? () => releaseBody(repository, proposed, options)
    : async () => planBody(proposed, options, fits ? earlier : undefined);
  return {
    prepared: { ...prepared, plan: shown, ...(fits ? { files: [] } : {}) },
    openBefore: open?.number,
    body,
  };
}

/** Opens the pull request of a proposal whose branch is pushed, or gives the open one its title and body. */
export async function openProposed(
  repository: Repository,
  { github }: PullRequestDoor,
  { prepared: { plan }, body }: Proposing,
): Promise<UpsertedPullRequest | undefined> {
  if (github === undefined || body === undefined) return undefined;
  const { branch, title } = plan.proposal!;
  const label = plan.action === 'promote' ? 'promotion' : plan.action;
  try {
    return await upsertPullRequest(github, {
      branch,
      base: repository.branch,
      title,
      body: await body(),
      labels: ['bitiq', label, plan.environment],
    });
  } catch (error) {
    const state = pushedState(repository, plan);
    if (github.signal?.aborted) throw new Interrupted(`Interrupted. ${state}`);
    if (!(error instanceof BitiqError)) throw error;
    const { code, message, fix, place } = error;
    throw new BitiqError({ code, message, fix, place, state, cause: error });
  }
}

/** A step is proposed for the state that somebody looked at: repeated on another one it would go further. */
async function requireStep(
  repository: Repository,
  { head, step }: ProposeOptions,
  { branch, tip }: { readonly branch: string; readonly tip: string },
): Promise<void> {
  const start = await commonCommit(repository, tip, head);
  if (step === undefined || start === undefined) return;
  const instead = `${step.instead} --pr`;
  const meanwhile = `after this was proposed on ${branch}`;
  await requireStill(repository, { step: { ...step, instead }, start, head, meanwhile });
}

/** Whether a branch says these files, and main has not changed them since. A moment that is written into them does not count. */
async function isOn(
  repository: Repository,
  at: {
    readonly head: string;
    readonly tip: string;
    readonly actor: Actor;
    readonly files: ReadonlyMap<string, string>;
    readonly earlier: BranchCommit | undefined;
  },
): Promise<boolean> {
  const base = await commonCommit(repository, at.tip, at.head);
  if (base === undefined || base === at.tip) return false;
  const paths = [...at.files.keys()];
  const [onBranch, before, now] = await Promise.all(
    [at.tip, base, at.head].map((commit) => commitTree(repository, commit).read(paths)),
  );
  return paths.every(
    (path) =>
      onBranch!.get(path) === asOf(at.earlier, at.actor, at.files.get(path)!) &&
      before!.get(path) === now!.get(path),
  );
}

/** A text as it was written when the branch was, where it differs in the moment alone. */
function asOf(earlier: BranchCommit | undefined, actor: Actor, text: string): string {
  return earlier ? text.replaceAll(printDateTime(actor.now), printDateTime(earlier.date)) : text;
}

function noteOn(
  plan: Plan,
  at: { readonly makesRelease: boolean; readonly fits: boolean; readonly earlier: BranchCommit | undefined },
): string[] {
  const { branch, replaces } = plan.proposal!;
  if (!at.makesRelease) {
    if (at.fits) return [`This is proposed already on ${branch}.`];
    if (replaces === undefined) return [];
    const by = trailer(at.earlier, 'Bitiq-By');
    return [
      `It takes the place of ${JSON.stringify(replaces)}, which ${by ?? 'somebody'} proposed on ${branch}.`,
    ];
  }
  if (at.fits) return [`${plan.to} is exactly this, and proposed already on ${branch}.`];
  return [
    ...(replaces === undefined
      ? []
      : [`It replaces ${replaces}, which was proposed and never ran; that tag stays.`]),
    ...(plan.tag === undefined
      ? [`${plan.to} is exactly this; only its branch is made again, on the main of now.`]
      : []),
  ];
}

async function releaseBody(
  repository: Repository,
  plan: Plan,
  { door, actor }: ProposeOptions,
): Promise<string> {
  return writeReleaseBody(repository, {
    head: plan.base,
    config: await readSoundConfig(repository, plan.base),
    plan,
    helm: door.helm,
    now: actor.now,
  });
}

function planBody(plan: Plan, { door, actor }: ProposeOptions, earlier: BranchCommit | undefined): string {
  // What is on the branch already is told as it was proposed, so that a repetition changes nothing.
  const by = trailer(earlier, 'Bitiq-By') ?? printActor(actor);
  const reason = earlier ? trailer(earlier, 'Bitiq-Reason') : actor.reason;
  const text = door.describe?.(plan) ?? '';
  const trailers = earlier
    ? earlier.message.split('\n').filter((line) => line.startsWith('Bitiq-'))
    : plan.commits.at(-1)!.trailers.map(([key, value]) => `${key}: ${value}`);
  return writePlanBody(plan, { by, reason, text: asOf(earlier, actor, text), trailers: trailers.join('\n') });
}

function trailer(commit: BranchCommit | undefined, key: string): string | undefined {
  const start = `${key}: `;
  return commit?.message
    .split('\n')
    .find((line) => line.startsWith(start))
    ?.slice(start.length);
}

function subjectOf(commit: BranchCommit): string {
  return commit.message.split('\n')[0]!;
}

function pushedState({ branch: main }: Repository, plan: Plan): string {
  const { branch } = plan.proposal!;
  const what =
    plan.to !== undefined && branch === proposalBranch(plan.environment)
      ? `${plan.to} is tagged and is`
      : 'The commit is';
  return `${what} on the branch ${branch}; its pull request is not up to date. The ${main} branch was not changed. The same command goes on from here.`;
}
