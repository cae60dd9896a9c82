import { diffCombinations } from '../model/combination-diff.ts';
import type { EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { PlannedCommit } from '../model/plan.ts';
import { resolveCommit, type Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { planAndApply, type Applied } from './apply-plan.ts';
import { readEnvironmentState, type EnvironmentState } from './environment-state.ts';
import { editFile, trailersOf, type Actor, type PreparedPlan } from './prepare.ts';
import { requireRecord } from './read-records.ts';
import { isUnreleased, pointerPath, readApplication, readConfig, requireEnvironment } from './read-state.ts';
import { describeChange } from './edit-tags.ts';

export interface RollBackOptions {
  readonly environment: string;
  /** The release to go back to; default: the one that ran before the current one was made. */
  readonly to?: string | undefined;
  readonly actor: Actor;
  readonly dryRun?: boolean | undefined;
}

/** Moves the pointer of a pinned environment back to an earlier release, to a tree that has already run: one commit. */
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
  if (!environment.pinned) throw following(name);
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

  const application = await readApplication(tree, name);
  const edit = editFile(application, [{ path: pointerPath, value: to }]);
  const summary = changes.map((change) => describeChange(config, change)).join('\n');
  const commit: PlannedCommit = {
    on: 'main',
    subject: `${name}: roll back to ${to}`,
    body:
      summary === ''
        ? `The versions are the same; the chart or the configuration of ${to} differs.`
        : summary,
    trailers: trailersOf({ ...options, action: 'rollback', environment, from: state.release, to }),
    edits: edit.edits,
  };
  return {
    plan: { ...base, commits: [commit], manifestDigest: record.manifestDigest, notes: [] },
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

function following(name: string): BitiqError {
  return new BitiqError({
    code: 'action-unfit',
    message: `${name} follows main: it has no pointer that could be moved back.`,
    fix: `Give its services their earlier tags: \`bitiq set ${name} service=tag\`; \`bitiq log ${name}\` shows them.`,
  });
}

function nothingBefore(name: string, release: string): BitiqError {
  return new BitiqError({
    code: 'rollback-refused',
    message: `${name} is at ${release}, and it ran nothing before that.`,
    fix: `\`bitiq log ${name}\` shows what it ran; \`--to RELEASE\` names one.`,
  });
}
