import { diffCombinations } from '../model/combination-diff.ts';
import type { EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { describeHold, endless, holdsInForce } from '../model/hold.ts';
import type { PlannedCommit } from '../model/plan.ts';
import { printPointer, type ReleaseRecord } from '../model/release.ts';
import { resolveCommit, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { planAndApply, type Applied } from './apply-plan.ts';
import { readEnvironmentState, type EnvironmentState } from './environment-state.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './prepare.ts';
import { readHolds } from './read-holds.ts';
import { hasRun } from './read-proposal.ts';
import { requireRecord } from './read-records.ts';
import { isUnreleased, pointerPath, readApplication, readConfig, requireEnvironment } from './read-state.ts';
import { describeChange } from './edit-tags.ts';
import { prepareRestore } from './restore-tags.ts';
import { proveContent } from './prove-content.ts';
import { undoneReleases } from './undone-releases.ts';

export interface RollBackOptions {
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
}

/**
 * Brings an environment back, in one commit, whatever freeze there is: the pointer of a pinned one to a tree that has
 * already run; the tags of a following one with a hold on every service that moves. Throws `rollback-irreversible` across
 * a release that cannot be undone, without `force`.
 */
export function rollBack(repository: Repository, options: RollBackOptions): Promise<Applied> {
  return planAndApply(repository, { ...options, plan: (head) => prepareRollback(repository, head, options) });
}

async function prepareRollback(
  repository: Repository,
  head: string,
  options: RollBackOptions,
): Promise<PreparedPlan> {
  const tree = commitTree(repository, head);
  const config = await readConfig(tree);
  const environment = requireEnvironment(config, options.environment);
  const name = environment.name;
  if (!environment.pinned) {
    const helm = await options.helm?.();
    return prepareRestore(repository, { ...options, head, config, environment, to: options.to, helm });
  }
  const state = await readEnvironmentState(repository, head, environment);
  const to = targetOf(options, environment, state);
  const record = await requireRecord(repository, name, to);
  const changes = diffCombinations(state.combination, record.services);
  const base = {
    action: 'rollback' as const,
    environment: name,
    from: state.release,
    to,
    base: head,
    changes,
  };
  if (to === state.release) {
    return { plan: { ...base, commits: [], notes: [`${name} runs ${to} already.`] }, files: [] };
  }
  if ((await resolveCommit(repository, `refs/tags/${to}`)) === undefined) throw nothingBefore(name, to);
  if (options.to !== undefined && !(await hasRun(repository, { head, environment, release: to })))
    throw neverRan(name, to);

  const proof = await proveContent(repository, { ...options, head, release: to, record });
  const undone = await undoneReleases(repository, { environment: name, from: state.release, to });
  const notes = [...proof.notes, ...crossIrreversible(undone, to, options.force === true)];
  const held = holdsInForce((await readHolds(tree, name)).holds, options.actor.now);
  for (const change of changes) {
    const hold = held.get(change.service);
    if (hold !== undefined) notes.push(`This moves a held service: ${describeHold(hold)}.`);
  }
  const application = await readApplication(tree, name);
  const edit = editFile(application, [{ path: pointerPath, value: printPointer(to) }]);
  const summary = changes.map((change) => describeChange(config, change)).join('\n');
  const commit: PlannedCommit = {
    on: 'main',
    subject: `${name}: roll back to ${to}`,
    body: [
      summary === ''
        ? `The versions are the same; the chart or the configuration of ${to} differs.`
        : summary,
      ...notes,
    ].join('\n'),
    trailers: trailersOf({
      ...{ action: 'rollback', environment, from: state.release, to, actor: options.actor },
      content: { tag: proof.tag, manifests: record.manifestDigest },
    }),
    edits: edit.edits,
  };
  return {
    plan: { ...base, commits: [commit], manifestDigest: record.manifestDigest, notes },
    files: [new Map([[application.file, edit.content]])],
  };
}

function targetOf(options: RollBackOptions, environment: EnvironmentConfig, state: EnvironmentState): string {
  const name = environment.name;
  if (options.to !== undefined) {
    return /^[0-9]+$/.test(options.to) ? `${name}/${options.to}` : options.to;
  }
  if (isUnreleased(name, state.release)) throw nothingBefore(name, state.release);
  // The parent, and not the last pointer: going back twice must not bring back what was left the first time.
  const parent = state.record?.parent;
  if (parent === undefined) throw nothingBefore(name, state.release);
  return parent;
}

/** What to say about releases that cannot be undone; throws `rollback-irreversible` without `force`. */
function crossIrreversible(undone: readonly ReleaseRecord[], to: string, force: boolean): string[] {
  const crossed = undone.flatMap(({ release, irreversible }) =>
    irreversible === undefined ? [] : [`${release} cannot be undone: ${endless(irreversible)}.`],
  );
  if (crossed.length === 0 || force) return crossed;
  throw new BitiqError({
    code: 'rollback-irreversible',
    message: `Going back to ${to} takes back what cannot be undone. ${crossed.join(' ')}`,
    fix: 'See that the older versions can live with it, then go back with --force; or make a new release that mends things.',
  });
}

function nothingBefore(name: string, release: string): BitiqError {
  return new BitiqError({
    code: 'rollback-refused',
    message: `${name} is at ${release}, and it ran nothing before that.`,
    fix: `\`bitiq log ${name}\` shows what it ran; \`--to RELEASE\` names one.`,
  });
}

/** A freeze lets a rollback pass since what it goes to has run before. */
function neverRan(name: string, release: string): BitiqError {
  return new BitiqError({
    code: 'rollback-refused',
    message: `${release} is proposed and never ran in ${name}, so nobody can go back to it.`,
    fix: `Merge its pull request, or \`bitiq promote ${release} ${name}\` makes a new release of the same versions.`,
  });
}
