import type { EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { type Hold, describeFreeze, describeHold, freezeInForce, holdsInForce } from '../model/stops.ts';
import type { SkippedService } from '../model/skipped-service.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { readCombination } from '../yaml/values-file.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { chooseTags } from './plan/choose-tags.ts';
import { readEnvironmentState, type EnvironmentState } from './read/environment-state.ts';
import { guardAgainstFlaps } from './plan/guard-flaps.ts';
import type { ImageSource } from './read/image-source.ts';
import { planTags, describeTags } from './plan/plan-tags.ts';
import type { Actor, PreparedPlan } from './plan/prepared-plan.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { readHoldsAndFreezes } from './read/read-stops.ts';
import { readConfig, readValues, requireEnvironment } from './read/read-state.ts';

export interface UpdateOptions {
  /** A following environment that bitiq writes back to. */
  readonly environment: string;
  /** Also where the Image Updater writes: for a remote that it does not reach, as on a laptop. */
  readonly standIn?: boolean | undefined;
  readonly images: ImageSource;
  /** Where the repository of a service is read instead of the URL in bitiq.yaml, for rules that name a branch. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
  readonly actor: Actor;
  readonly helm: string;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/** What an update did: `applied` has no commits when there was nothing to write. */
export interface UpdateResult {
  readonly applied: Applied;
  readonly skipped: readonly SkippedService[];
}

/**
 * Moves the services of a following environment to the newest tags that their rules allow and whose images are sound, in
 * one commit for all of them. Never to a lower tag, never a held service, nothing into a frozen environment, and never back to a tag that a service was taken from: that
 * puts a hold on it instead, with the evidence.
 */
export async function updateEnvironment(
  repository: Repository,
  options: UpdateOptions,
): Promise<UpdateResult> {
  let skipped: readonly SkippedService[] = [];
  const applied = await planAndApply(repository, {
    ...options,
    plan: async (head) => {
      const found = await planUpdate(repository, head, options);
      skipped = found.skipped;
      return found.prepared;
    },
  });
  return { applied, skipped };
}

async function planUpdate(
  repository: Repository,
  head: string,
  options: UpdateOptions,
): Promise<{ readonly prepared: PreparedPlan; readonly skipped: readonly SkippedService[] }> {
  const tree = commitTree(repository, head);
  const config = await readConfig(tree);
  const environment = requireEnvironment(config, options.environment);
  requireWriter(environment, options.standIn === true);
  const { name } = environment;
  const [values, { holds, freezes }] = await Promise.all([
    readValues(tree, name),
    readHoldsAndFreezes(tree, name),
  ]);
  const current = readCombination(values);
  const platforms = environment.platforms ?? [];
  const chosen = await chooseTags(config.services, current, {
    images: options.images,
    sources: options.sources,
    platforms,
  });
  const newer = chosen.changes;
  const { now } = options.actor;
  const skipped: SkippedService[] = [...chosen.skipped];
  const frozen = freezeInForce(freezes.stops, now);
  const held = holdsInForce(holds.stops, now);
  for (const { service, to: tag = '' } of newer) {
    const hold = held.get(service);
    if (frozen !== undefined) {
      const message = `${service} stays, although ${tag} exists: ${describeFreeze(name, frozen)}.`;
      skipped.push({ service, tag, why: 'frozen', message });
    } else if (hold !== undefined) {
      const message = `${service} stays, although ${tag} exists: ${describeHold(hold)}.`;
      skipped.push({ service, tag, why: 'held', message });
    }
  }
  const free = newer.filter((change) => frozen === undefined && !held.has(change.service));
  const flaps = await guardAgainstFlaps(repository, {
    head,
    environment,
    changes: free,
    actor: options.actor,
  });
  skipped.push(...flaps.skipped);
  const changes = free.filter((change) => !flaps.holds.some((each) => each.service === change.service));
  const notes = skipped.map((each) => each.message);
  const state = await readEnvironmentState(repository, head, environment);
  if (changes.length === 0 && flaps.holds.length === 0) {
    return { prepared: nothingToDo(state, head, notes), skipped };
  }
  const wanted = new Map([...current, ...changes.map(({ service, to = '' }) => [service, to] as const)]);
  const { actor, helm } = options;
  const files = { values: { source: values, restored: undefined }, holds };
  const prepared = await planTags(
    { tree, head, config, environment, from: state.release, files },
    { changes, wanted, hold: flaps.holds },
    {
      action: 'update',
      subject: changes.length > 0 ? describeTags(name, changes) : subjectOfHolds(name, flaps.holds),
      remarks: flaps.skipped.map((each) => each.message),
      ...{ notes, actor, helm },
    },
  );
  return { prepared, skipped };
}

/** Throws `usage` for an environment that no updater of bitiq moves; with `insteadOfImageUpdater` bitiq writes in its place. */
export function requireWriter(environment: EnvironmentConfig, standIn: boolean): void {
  if (environment.kind === 'following' && (standIn || (environment.writeBack ?? 'bitiq') === 'bitiq')) return;
  throw new BitiqError({
    code: 'usage',
    message:
      environment.kind === 'pinned'
        ? `${environment.name} is pinned: no updater moves it, only releases do.`
        : `The tags of ${environment.name} are moved by Argo CD Image Updater, and two writers would undo each other.`,
    fix:
      environment.kind === 'pinned'
        ? `Promote to it: \`bitiq promote ${environment.name}\`.`
        : `Give ${environment.name} \`writeBack: bitiq\` in bitiq.yaml, and remove its ImageUpdater.`,
  });
}

function nothingToDo(
  { environment, release }: EnvironmentState,
  head: string,
  notes: readonly string[],
): PreparedPlan {
  const base = {
    action: 'update' as const,
    environment,
    from: release,
    base: head,
    changes: [],
    commits: [],
  };
  return {
    plan: { ...base, notes: notes.length > 0 ? notes : [`${environment} has the newest tags already.`] },
    files: [],
  };
}

function subjectOfHolds(environment: string, holds: readonly Hold[]): string {
  return `${environment}: hold ${holds.map((each) => each.service).join(', ')}, which would flap`;
}
