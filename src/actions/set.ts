import type { Combination } from '../model/combination.ts';
import { diffCombinations } from '../model/combination-diff.ts';
import { describeKept, keptOutOf } from '../model/allowed-environments.ts';
import { paths, type Config, type EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { missingService } from '../model/require-service.ts';
import { parseTag } from '../model/tag.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, type Tree } from '../git/tree.ts';
import { readCombination, readServices } from '../yaml/values-file.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { deployedImages } from './read/deployed-images.ts';
import { readEnvironmentState } from './read/environment-state.ts';
import { describeAbsence } from './read/ledger.ts';
import { findCurrent } from './read/lineage.ts';
import { requireThawed, settleHolds } from './plan/obey-stops.ts';
import { planRelease } from './plan/plan-release.ts';
import type { ReleaseTerms } from './plan/release-ground.ts';
import { planTags, describeTags } from './plan/plan-tags.ts';
import type { PreparedPlan } from './plan/prepared-plan.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { readHoldsAndFreezes } from './read/read-stops.ts';
import { readProposal } from './plan/read-proposal.ts';
import { readConfig, readTreeCombination, readValues, requireEnvironment } from './read/read-state.ts';

export interface SetOptions extends Omit<ReleaseTerms, 'irreversible'> {
  readonly environment: string;
  /** The tags that services are to have; services that are not named keep theirs. */
  readonly tags: ReadonlyMap<string, string>;
  readonly dryRun?: boolean | undefined;
  /** Proposes the commit by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/**
 * Gives services of an environment new tags in one commit: values file and appVersion of a following environment, a
 * new release of a pinned one. Does nothing where they have these tags already. Throws `service-held` or
 * `environment-frozen` where somebody said that nothing moves.
 */
export function setTags(repository: Repository, options: SetOptions): Promise<Applied> {
  return planAndApply(repository, { ...options, plan: (head) => planSet(repository, head, options) });
}

async function planSet(repository: Repository, head: string, options: SetOptions): Promise<PreparedPlan> {
  const tree = commitTree(repository, head);
  const config = await readConfig(tree);
  const environment = requireEnvironment(config, options.environment);
  const state = await readEnvironmentState(repository, head, environment);
  const values = await readValues(tree, environment.name);
  // A pinned environment starts from what it runs; before its first release from what main says it would.
  const known =
    environment.kind === 'pinned' ? await findCurrent(repository, { head, environment, state }) : undefined;
  const listed = readCombination(values);
  const runs = known?.combination?.size ? known.combination : listed;
  // What main took out of the values goes with the next release.
  const current = new Map([...runs].filter(([service]) => listed.has(service)));
  for (const service of options.tags.keys())
    if (!listed.has(service))
      throw await absentService(repository, { ...{ head, tree, config, environment }, service, listed });
  const wanted = withTags(current, options.tags);
  if (environment.kind === 'pinned') {
    const proposal = options.pullRequest && (await readProposal(repository, head, environment));
    const release = { action: 'set' as const, combination: wanted, from: 'set', proposal };
    return planRelease(repository, { head, config, environment }, release, options);
  }

  const changes = diffCombinations(current, wanted);
  const base = {
    action: 'set' as const,
    environment: environment.name,
    from: state.release,
    base: head,
    changes,
  };
  if (changes.length === 0) {
    return {
      plan: { ...base, commits: [], notes: [`${environment.name} has these tags already.`] },
      files: [],
    };
  }
  const now = options.actor.now;
  const { holds, freezes } = await readHoldsAndFreezes(tree, environment.name);
  requireThawed(freezes, environment.name, now);
  const settled = settleHolds(holds, changes, {
    environment: environment.name,
    force: options.force === true,
    now,
  });
  await options.images?.require(
    deployedImages(config, readServices(values)),
    new Map(changes.map((change) => [change.service, change.to ?? ''])),
  );
  const { actor, helm } = options;
  const files = { values: { source: values, restored: undefined }, holds };
  return planTags(
    { tree, head, config, environment, from: state.release, files },
    { changes, wanted, unhold: settled.lifted },
    {
      ...{ action: 'set', subject: describeTags(environment.name, changes), actor, helm },
      ...{ remarks: settled.notes, notes: settled.notes },
    },
  );
}

function withTags(current: Combination, tags: ReadonlyMap<string, string>): Combination {
  for (const tag of tags.values()) parseTag(tag);
  return new Map([...current, ...tags]);
}

/** A service that no one knows, or one that is not in the environment yet, with the way in. */
async function absentService(
  repository: Repository,
  at: {
    readonly head: string;
    readonly tree: Tree;
    readonly config: Config;
    readonly environment: EnvironmentConfig;
    readonly service: string;
    readonly listed: Combination;
  },
): Promise<BitiqError> {
  const { tree, config, environment, service, listed } = at;
  const { name, promotesFrom: from } = environment;
  const file = paths.values(name);
  if (!config.services.some((each) => each.name === service)) {
    return missingService(service, file, listed.keys());
  }
  if (keptOutOf(config, name).includes(service)) {
    return new BitiqError({
      code: 'service-missing',
      message: `${service} is not in ${name}: ${describeKept(config, service)}`,
      fix: `Add ${name} to its \`environments\` there to let it in.`,
    });
  }
  const comes =
    environment.kind === 'pinned' &&
    from !== undefined &&
    (await readTreeCombination(tree, from).catch(() => undefined))?.has(service);
  return new BitiqError({
    code: 'service-missing',
    message: await describeAbsence(repository, at),
    fix: comes
      ? `\`bitiq promote ${from} ${name} --only ${service}\` brings it in as ${from} has it.`
      : `\`bitiq service add ${service} --env ${name}\` writes its entry; commit and push that, then run the command again.`,
  });
}
