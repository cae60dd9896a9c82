import { diffCombinations, type TagChange } from '../model/combination-diff.ts';
import { paths } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { describeHold, asClause, holdsInForce } from '../model/stops.ts';
import type { PlannedCommit } from '../model/plan.ts';
import { printPointer, releaseOfPointer, type ReleaseRecord } from '../model/release.ts';
import { isShallow, tooShallow } from '../git/shallow.ts';
import { resolveCommit, type Repository } from '../git/repository.ts';
import { commitTree, type Tree } from '../git/tree.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { readEnvironmentState, type EnvironmentState } from './read/environment-state.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './plan/prepared-plan.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { holdKind, readStops } from './read/read-stops.ts';
import { hasRun } from './plan/read-proposal.ts';
import { readSoundConfig } from './read/read-sound-config.ts';
import { requireRecord } from './read/read-records.ts';
import { boundReader, findWayBack, noneLeft, type Bound } from './plan/find-way-back.ts';
import { findCurrent, lineageOf, type Lineage } from './read/lineage.ts';
import { readLastSound } from './read/read-last-sound.ts';
import { isUnreleased, pointerPath, requireEnvironment } from './read/read-state.ts';
import { describeChange } from './plan/edit-tags.ts';
import { planRestore } from './plan/plan-restore.ts';
import { proveContent } from './plan/prove-content.ts';
import { undoneReleases } from './read/undone-releases.ts';

export interface RollbackOptions {
  readonly environment: string;
  /** The release to go back to; default: the one that ran before the current one was made. */
  readonly to?: string | undefined;
  readonly actor: Actor;
  /** Go back also across a release that says it cannot be undone. */
  readonly force?: boolean | undefined;
  /** The Helm that proves that the tags of a following environment render. */
  readonly helm?: (() => Promise<string>) | undefined;
  /** A Helm that is there already, for a release whose tag main did not record. */
  readonly helmAtHand?: (() => Promise<string | undefined>) | undefined;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/**
 * Brings an environment back, in one commit, whatever freeze there is: the pointer of a pinned one to a tree that has
 * already run; the tags of a following one with a hold on every service that moves. Without `to` it is a step, which throws
 * `environment-moved` where others moved the environment meanwhile. Throws `rollback-irreversible` across
 * a release that cannot be undone, without `force`.
 */
export function rollback(repository: Repository, options: RollbackOptions): Promise<Applied> {
  const { environment } = options;
  return planAndApply(repository, {
    ...options,
    plan: (head) => planRollback(repository, head, options),
    step:
      options.to === undefined
        ? { environment, instead: `bitiq rollback ${environment} --to RELEASE` }
        : undefined,
  });
}

async function planRollback(
  repository: Repository,
  head: string,
  options: RollbackOptions,
): Promise<PreparedPlan> {
  const tree = commitTree(repository, head);
  const config = await readSoundConfig(repository, head);
  const environment = requireEnvironment(config, options.environment);
  const name = environment.name;
  if (environment.kind === 'following') {
    const helm = await options.helm?.();
    return planRestore(repository, { ...options, head, config, environment, to: options.to, helm });
  }
  const state = await readEnvironmentState(repository, head, environment);
  const lineage = lineageOf(repository, { head, environment });
  const current = await findCurrent(repository, { head, environment, state, lineage });
  const boundOf = boundReader(repository, { head, environment: name });
  const target = await findTarget(repository, options, {
    ...{ head, state, lineage, current: current.release, boundOf },
  });
  const { to, passed } = target;
  const record = await requireRecord(repository, name, to);
  const { combination: before, isLast } = current;
  const changes = before ? diffCombinations(before, record.services) : [];
  const from = state.release || '(no pointer)';
  const base = { action: 'rollback' as const, environment: name, from, to, base: head, changes };
  if (to === state.release && !state.fault) {
    return { plan: { ...base, commits: [], notes: [`${name} already points at ${to}.`] }, files: [] };
  }
  if ((await resolveCommit(repository, `refs/tags/${to}`)) === undefined) throw namesNoCommit(to);
  if (options.to !== undefined && !(await hasRun(repository, { head, environment, release: to })))
    throw neverRan(name, to);

  const found = await boundOf(to);
  if (found.moved) throw found.moved;
  const { bound } = found;
  const proof = await proveContent(repository, { ...options, head, release: to, record, bound });
  const undone = await undoneReleases(lineage, { environment: name, from: current.release, to });
  const application = await readLastSound(repository, {
    head,
    path: paths.application(name),
    accept: (source) => editFile(source, [{ path: pointerPath, value: printPointer(to) }]),
  });
  const notes = [
    ...(state.fault ? [state.fault.message] : []),
    ...passed,
    ...(application.restored ? [application.restored.note] : []),
    ...proof.notes,
    ...crossIrreversible(undone, to, options.force === true),
    ...(await describeHeld(tree, { environment: name, changes, now: options.actor.now })),
  ];
  const edit = editFile(application.source, [{ path: pointerPath, value: printPointer(to) }]);
  const summary = changes.map((change) => describeChange(config, change)).join('\n');
  const same = `The versions are the same; the chart or the configuration of ${to} differs.`;
  const commit: PlannedCommit = {
    on: 'main',
    subject: `${name}: roll back to ${to}`,
    body: [
      isLast
        ? `What ${name} ran is not known.${summary === '' ? '' : ` Against ${current.release}, the last release before:\n${summary}`}`
        : summary || (before ? same : `What ${name} ran is not known.`),
      ...notes,
    ].join('\n'),
    trailers: trailersOf({
      ...{ action: 'rollback', environment, from, to, actor: options.actor },
      content: { tag: proof.tag, manifests: record.manifestDigest },
    }),
    edits: [...(application.restored ? [application.restored.edit] : []), ...edit.edits],
  };
  return {
    plan: { ...base, commits: [commit], manifestDigest: record.manifestDigest, notes },
    files: [new Map([[application.source.file, edit.content]])],
  };
}

/** The release to go back to, and why those on the way to it are passed over, one sentence each. */
async function findTarget(
  repository: Repository,
  options: RollbackOptions,
  at: {
    readonly head: string;
    readonly state: EnvironmentState;
    readonly lineage: Lineage;
    readonly current: string | undefined;
    readonly boundOf: (release: string) => Promise<Bound>;
  },
): Promise<{ readonly to: string; readonly passed: readonly string[] }> {
  const { head, state, current } = at;
  const name = state.environment;
  if (options.to !== undefined) {
    const to = /^[0-9]+$/.test(options.to) ? `${name}/${options.to}` : releaseOfPointer(options.to);
    return { to, passed: [] };
  }
  if (current !== undefined && !isUnreleased(name, current)) {
    // A pointer that names no release has left none: then it is the last one.
    const { to, passed } = await findWayBack({ ...at, current, isLeft: current === state.release });
    if (to !== undefined) {
      const told = passed.map(({ release, isLeft, moved }) =>
        moved
          ? `${isLeft ? '' : `${release} is passed over. `}${moved.message}`
          : `${release} is passed over: its tag is gone.`,
      );
      return { to, passed: told };
    }
    const onTheWay = passed.filter(({ isLeft }) => !isLeft);
    if (onTheWay.length > 0)
      throw await noneLeft(repository, { head, environment: name, from: state.release, passed: onTheWay });
  }
  if (await isShallow(repository)) throw tooShallow(repository, `what ${name} ran before`);
  throw nothingBefore(name, state.release);
}

/** Holds only tell here, so a file that cannot be read is told, too, and stops nothing. */
async function describeHeld(
  tree: Tree,
  at: { readonly environment: string; readonly changes: readonly TagChange[]; readonly now: Date },
): Promise<string[]> {
  try {
    const held = holdsInForce((await readStops(tree, at.environment, holdKind)).stops, at.now);
    return at.changes.flatMap(({ service }) => {
      const hold = held.get(service);
      return hold === undefined ? [] : [`This moves a held service: ${describeHold(hold)}.`];
    });
  } catch (error) {
    if (error instanceof BitiqError) return [`It is unknown whether services are held: ${error.message}`];
    throw error;
  }
}

/** What to say about releases that cannot be undone; throws `rollback-irreversible` without `force`. */
function crossIrreversible(undone: readonly ReleaseRecord[], to: string, force: boolean): string[] {
  const crossed = undone.flatMap(({ release, irreversible }) =>
    irreversible === undefined ? [] : [`${release} cannot be undone: ${asClause(irreversible)}.`],
  );
  if (crossed.length === 0 || force) return crossed;
  throw new BitiqError({
    code: 'rollback-irreversible',
    message: `Going back to ${to} crosses a release that cannot be undone. ${crossed.join(' ')}`,
    fix: 'Check that the older versions work with it and run the command again with --force, or roll forward with a new release.',
  });
}

function nothingBefore(name: string, release: string): BitiqError {
  return new BitiqError({
    code: 'action-denied',
    message: `${name} points at ${release}, its first release.`,
    fix: `\`bitiq log ${name}\` shows what it ran; \`--to RELEASE\` names one.`,
  });
}

function namesNoCommit(release: string): BitiqError {
  return new BitiqError({
    code: 'action-denied',
    message: `The tag ${release} names no commit, so there is nothing to go back to.`,
    fix: '`bitiq check` shows what is wrong with each release; `--to RELEASE` names another one.',
  });
}

/** A freeze lets a rollback pass since what it goes to has run before. */
function neverRan(name: string, release: string): BitiqError {
  return new BitiqError({
    code: 'action-denied',
    message: `${release} is only proposed and never ran in ${name}, so there is nothing to go back to.`,
    fix: `Merge its pull request, or \`bitiq promote ${release} ${name}\` makes a new release of the same versions.`,
  });
}
