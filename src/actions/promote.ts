import { describeKept, keptOutOf } from '../model/allowed-environments.ts';
import type { Combination } from '../model/combination.ts';
import type { Config, EnvironmentConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import { parseReleaseName } from '../model/release.ts';
import { selectServices, type Selection } from '../model/select-services.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { planAndApply, type Applied } from './plan/apply-plan.ts';
import { readEnvironmentState } from './read/environment-state.ts';
import { findCurrent } from './read/lineage.ts';
import { planRelease } from './plan/plan-release.ts';
import type { ReleaseTerms, WantedRelease } from './plan/release-ground.ts';
import type { PullRequestDoor } from './plan/propose.ts';
import { readProposal } from './plan/read-proposal.ts';
import type { PreparedPlan } from './plan/prepared-plan.ts';
import {
  isUnreleased,
  readConfig,
  readTreeCombination,
  readValues,
  requireEnvironment,
} from './read/read-state.ts';
import { requireUnmoved } from './read/recorded-tags.ts';
import type { RelativeAction } from './plan/require-still.ts';
import { resolveRelease } from './read/resolve-release.ts';

export interface PromoteOptions extends ReleaseTerms {
  /** The environment or release whose combination is taken; default: the `promotesFrom` of the target. */
  readonly from?: string | undefined;
  readonly to: string;
  /** A part of the combination; default: all of it. */
  readonly selection?: Selection | undefined;
  readonly dryRun?: boolean | undefined;
  /** Proposes the release by a pull request. */
  readonly pullRequest?: PullRequestDoor | undefined;
}

/**
 * Makes the combination of one environment, or a part of it, a new release of a pinned one and moves its pointer there: one atomic
 * push. What an environment had when the command began is promoted, whatever moves it meanwhile; where the target moved, `environment-moved`.
 */
export function promote(repository: Repository, options: PromoteOptions): Promise<Applied> {
  return planAndApply(repository, {
    ...options,
    plan: (head, start) => planPromotion(repository, { head, start }, options),
    step: stepOf(options),
  });
}

/** A promotion of a whole release that is named takes nothing from where anything is; any other one does. */
function stepOf({ from, to, selection }: PromoteOptions): RelativeAction | undefined {
  const isNamed = from !== undefined && parseReleaseName(from) !== undefined;
  return isNamed && !isPart(selection)
    ? undefined
    : { environment: to, instead: `bitiq promote ${isNamed ? from : 'RELEASE'} ${to}` };
}

function isPart(selection: Selection | undefined): selection is Selection {
  return selection !== undefined && Object.values(selection).some(Boolean);
}

/** Plans a promotion on a head of main, of what was there at the start; where it is proposed, a proposal that is this very release keeps its tag. */
async function planPromotion(
  repository: Repository,
  { head, start }: { readonly head: string; readonly start: string },
  options: PromoteOptions,
): Promise<PreparedPlan> {
  if (options.irreversible?.trim() === '') throw noCause();
  const config = await readConfig(commitTree(repository, head));
  const environment = requireEnvironment(config, options.to);
  if (environment.kind === 'following')
    throw notPinned(options.to, options.from === undefined ? config : undefined);
  const from = options.from ?? environment.promotesFrom;
  if (from === undefined) throw noSource(options.to);
  const source = await resolveRelease(repository, {
    head: start,
    config: start === head ? config : await readConfig(commitTree(repository, start)),
    name: from,
  });
  if (isUnreleased(source.environment, source.release)) throw sourceEmpty(source.environment);
  if (source.record !== undefined) await requireUnmoved(repository, { ...source, head: start });
  const keptOut = keptOutOf(config, environment.name);
  requireAllowed(config, { environment: environment.name, keptOut, selection: options.selection });
  const offered = new Map([...source.combination].filter(([service]) => !keptOut.includes(service)));
  const { selection } = options;
  const current = await currentOf(repository, {
    ...{ head, environment },
    source: isPart(selection) ? undefined : offered,
  });
  const wanted: WantedRelease = {
    action: 'promote',
    combination: selectServices(offered, current, selection ?? {}),
    from: source.release,
    selection,
    proposal: options.pullRequest && (await readProposal(repository, head, environment)),
    source: {
      ...source,
      values: () => readValues(commitTree(repository, source.commit ?? start), source.environment),
    },
  };
  return planRelease(repository, { head, config, environment }, wanted, options);
}

/**
 * What an environment runs of the services that its values file lists. Before its first release, and for services that the whole
 * `source` does not have, also the tags that are written there: nothing else brings those in.
 */
async function currentOf(
  repository: Repository,
  at: {
    readonly head: string;
    readonly environment: EnvironmentConfig;
    readonly source: Combination | undefined;
  },
): Promise<Combination> {
  const { head, environment, source } = at;
  const [listed, state] = await Promise.all([
    readTreeCombination(commitTree(repository, head), environment.name),
    readEnvironmentState(repository, head, environment),
  ]);
  const { combination: runs = state.combination } = await findCurrent(repository, {
    head,
    environment,
    state,
  });
  return new Map(
    [...listed].flatMap(([service, tag]) => {
      const comes = runs.size === 0 || (source !== undefined && !source.has(service));
      const found = runs.get(service) ?? (comes ? tag : undefined);
      return found === undefined ? [] : [[service, found] as const];
    }),
  );
}

/** Throws `action-denied` where a service is named that bitiq.yaml keeps out of the target; all others are promoted without it. */
function requireAllowed(
  config: Config,
  at: {
    readonly environment: string;
    readonly keptOut: readonly string[];
    readonly selection: Selection | undefined;
  },
): void {
  const { environment, keptOut, selection } = at;
  const named = [...(selection?.only ?? []), ...(selection?.set?.keys() ?? [])];
  const refused = named.find((service) => keptOut.includes(service));
  if (refused === undefined) return;
  throw new BitiqError({
    code: 'action-denied',
    message: describeKept(config, refused),
    fix: `Add ${environment} to its \`environments\` there to let it in, or leave it out.`,
  });
}

/** An empty reason would be a release that anybody may take back. */
function noCause(): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: '--irreversible needs a reason.',
    fix: 'Write it, such as `--irreversible "drops a column"`, or leave the option out.',
  });
}

/** With the configuration, where only one environment was named: it may have been meant as the source. */
function notPinned(environment: string, config?: Config): BitiqError {
  const next = config?.environments.find(({ promotesFrom }) => promotesFrom === environment)?.name;
  return new BitiqError({
    code: 'usage',
    message: `${environment} follows main, so nothing can be promoted to it.`,
    fix:
      next === undefined
        ? `\`bitiq set ${environment} service=tag\` changes what it runs; promote to a pinned environment.`
        : `Did you mean \`bitiq promote ${environment} ${next}\`?`,
  });
}

function noSource(environment: string): BitiqError {
  return new BitiqError({
    code: 'usage',
    message: `${environment} has no \`promotesFrom\`, so name the source.`,
    fix: `Name it: \`bitiq promote FROM ${environment}\`, or give ${environment} a \`promotesFrom\` in bitiq.yaml.`,
  });
}

function sourceEmpty(environment: string): BitiqError {
  return new BitiqError({
    code: 'release-missing',
    message: `${environment} has no release yet, so there is nothing to promote from it.`,
    fix: `Promote to ${environment} first.`,
  });
}
