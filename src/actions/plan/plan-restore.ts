import { builtOf, servicesOf, type Combination } from '../../model/combination.ts';
import { diffCombinations, type TagChange } from '../../model/combination-diff.ts';
import { sameCombination } from '../../model/combination.ts';
import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { describeHold, asClause, holdsInForce } from '../../model/stops.ts';
import { parseReleaseName } from '../../model/release.ts';
import { isPlaceholder } from '../../model/tag.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { isShallow, tooShallow } from '../../git/shallow.ts';
import type { Repository } from '../../git/repository.ts';
import { commitTree } from '../../git/tree.ts';
import { readCombination } from '../../yaml/values-file.ts';
import { readEnvironmentState } from '../read/environment-state.ts';
import { newHold } from './stops.ts';
import { readMoves, type LedgerEntry } from '../read/ledger.ts';
import { planTags, type TagsReason } from './plan-tags.ts';
import { editFile, type Actor, type PreparedPlan } from './prepared-plan.ts';
import { holdKind, readSoundStops } from '../read/read-stops.ts';
import { readLastSound } from '../read/read-last-sound.ts';
import { appVersionPath } from '../read/read-state.ts';

export interface RestoreOptions {
  readonly head: string;
  readonly config: Config;
  readonly environment: EnvironmentConfig;
  /** `dev@<sha>`; default: what ran before. */
  readonly to: string | undefined;
  readonly actor: Actor;
  /** The Helm that proves the result renders; undefined: it is not proved. */
  readonly helm: string | undefined;
}

/**
 * Plans the rollback of a following environment: the tags of an earlier entry of its ledger, and a hold on every service
 * that this moves, in one commit, so that no updater undoes it. A freeze does not stop it.
 */
export async function planRestore(repository: Repository, options: RestoreOptions): Promise<PreparedPlan> {
  const { head, environment, actor } = options;
  const { name } = environment;
  const tree = commitTree(repository, head);
  const [valuesFile, chart, holds, state] = await Promise.all([
    readLastSound(repository, { head, path: paths.values(name), accept: readCombination }),
    readLastSound(repository, {
      head,
      path: paths.chartFile,
      accept: (source) => editFile(source, [{ path: appVersionPath, value: 'any' }]),
    }),
    readSoundStops(repository, { head, environment: name }, holdKind),
    readEnvironmentState(repository, head, environment),
  ]);
  const { source: values, restored } = valuesFile;
  const current = readCombination(values);
  const { ledger, ...target } = await findTarget(repository, options, {
    current,
    broken: restored !== undefined,
  });
  const { wanted, newer, gone, notes } = restore(current, target);
  const changes = diffCombinations(current, wanted);
  const to = target.release;
  if (changes.length === 0 && restored === undefined) {
    if (newer.length + gone.length > 0) throw servicesDiffer(name, { to, newer, gone, ledger });
    const base = { action: 'rollback' as const, environment: name, from: state.release, to, base: head };
    return {
      plan: { ...base, changes, commits: [], notes: [`${name} already has the tags of ${to}.`, ...notes] },
      files: [],
    };
  }
  const inForce = holdsInForce(holds.stops, actor.now);
  // One that ends by itself would let the updater undo the rollback then: one without an end takes its place.
  const held = new Set([...inForce.values()].flatMap(({ service, until }) => (until ? [] : [service])));
  const why = actor.reason === undefined ? '' : `: ${asClause(actor.reason)}`;
  const hold = changes
    .filter((change) => !held.has(change.service))
    .map(({ service, from }) =>
      newHold(service, { actor, reason: `rolled back from ${from ?? 'nothing'} to ${to}${why}` }),
    );
  const kept = changes.filter((change) => held.has(change.service)).map((change) => change.service);
  const isOrAre = (list: readonly string[]) => (list.length === 1 ? 'is' : 'are');
  const heldNow = hold.map((each) => each.service);
  const files = { values: valuesFile, chart, holds };
  const base = { tree, head, config: options.config, environment, from: state.release, files };
  const reason: TagsReason = {
    ...{ action: 'rollback', to, subject: `${name}: roll back to ${to}`, actor, helm: options.helm },
    notes: [
      ...(restored ? [restored.note] : []),
      ...[chart, holds].flatMap((file) => (file.restored ? [file.restored.note] : [])),
      ...notes,
      ...(heldNow.length === 0
        ? []
        : [
            `${heldNow.join(', ')} ${isOrAre(heldNow)} held now, so that automation does not undo this. \`bitiq unhold ${name} ${heldNow.join(' ')}\` lifts ${heldNow.length === 1 ? 'the hold' : 'the holds'}.`,
          ]),
      ...hold.flatMap(({ service }) => {
        const ending = inForce.get(service);
        return ending ? [`This replaces a hold that would have ended: ${describeHold(ending)}.`] : [];
      }),
      ...(kept.length === 0 ? [] : [`${kept.join(', ')} ${isOrAre(kept)} already held.`]),
    ],
  };
  return planTags(base, { changes, wanted, hold }, reason);
}

/** The current combination with the tags of an earlier one, and what could not be restored. */
function restore(
  current: Combination,
  target: LedgerEntry & { readonly combination: Combination },
): {
  readonly wanted: Combination;
  /** Services that came after the earlier combination, and those that it had and that were removed. */
  readonly newer: readonly string[];
  readonly gone: readonly string[];
  readonly notes: readonly string[];
} {
  const { release } = target;
  const combination = builtOf(target.combination, current);
  const unbuilt = servicesOf(current).filter(
    (service) =>
      current.get(service) !== target.combination.get(service) &&
      isPlaceholder(target.combination.get(service) ?? ''),
  );
  const newer = servicesOf(current).filter((service) => !combination.has(service));
  const gone = servicesOf(combination).filter((service) => !current.has(service));
  return {
    newer,
    gone,
    wanted: new Map(
      [...current].map(([service, tag]) => [service, combination.get(service) ?? tag] as const),
    ),
    notes: [
      ...(unbuilt.length > 0
        ? [
            `${unbuilt.join(', ')} ${unbuilt.length === 1 ? 'was' : 'were'} not built yet in ${release} and ${unbuilt.length === 1 ? 'keeps its tag' : 'keep their tags'}.`,
          ]
        : []),
      ...(newer.length > 0
        ? [
            `${newer.join(', ')} ${newer.length === 1 ? 'was' : 'were'} not in ${release} and ${newer.length === 1 ? 'keeps its tag' : 'keep their tags'}.`,
          ]
        : []),
      ...(gone.length > 0
        ? [
            `${gone.join(', ')} of ${release} ${gone.length === 1 ? 'was' : 'were'} removed since and ${gone.length === 1 ? 'does' : 'do'} not come back.`,
          ]
        : []),
    ],
  };
}

type Readable = LedgerEntry & { readonly combination: Combination };

async function findTarget(
  repository: Repository,
  options: RestoreOptions,
  { current, broken }: { readonly current: Combination; readonly broken: boolean },
): Promise<Readable & { readonly ledger: readonly LedgerEntry[] }> {
  const { head, environment, to } = options;
  const sha = to === undefined ? undefined : shaOf(to, environment.name);
  // A file that cannot be read has moved nothing: what ran before it is what is wanted back.
  const isBefore = broken ? () => true : beforeCurrent(current);
  const ledger: LedgerEntry[] = [];
  for await (const entry of readMoves(repository, { head, environment })) {
    ledger.push(entry);
    const { combination } = entry;
    if (sha !== undefined && !entry.commit.startsWith(sha)) continue;
    if (combination !== undefined && (sha !== undefined || isBefore(entry, combination)))
      return { ...entry, combination, ledger };
    if (sha !== undefined) break;
  }
  if (await isShallow(repository)) throw tooShallow(repository, `what ${environment.name} ran before`);
  throw to === undefined ? nothingBefore(environment.name) : notInLedger(to, environment.name, ledger);
}

/**
 * Tells of one move after another, newest first, whether it is the one to go back to: the one before the current one or, after a
 * rollback, before the one that this restored, so that going back twice goes further back.
 */
function beforeCurrent(current: Combination): (entry: LedgerEntry, combination: Combination) => boolean {
  let seen: 'nothing' | 'rollback' | 'current' = 'nothing';
  return ({ action }, combination) => {
    const isSame = sameCombination(builtOf(combination, current), current);
    if (seen === 'current') return !isSame;
    const isRollback = seen === 'nothing' && action === 'rollback';
    seen = isRollback || (seen === 'rollback' && !isSame) ? 'rollback' : 'current';
    return false;
  };
}

/** A rollback moves tags; which services there are is more than that, so it is said and not done. */
function servicesDiffer(
  environment: string,
  found: {
    readonly to: string;
    readonly newer: readonly string[];
    readonly gone: readonly string[];
    readonly ledger: readonly LedgerEntry[];
  },
): BitiqError {
  const { to, newer, gone, ledger } = found;
  const commitOf = (service: string, kind: TagChange['kind']) =>
    ledger
      .find((entry) => entry.changes?.some((each) => each.service === service && each.kind === kind))
      ?.commit.slice(0, 7);
  const moves = [
    ...newer.map((service) => ({ service, did: 'added', commit: commitOf(service, 'added') })),
    ...gone.map((service) => ({ service, did: 'removed', commit: commitOf(service, 'removed') })),
  ];
  const told = moves.map(
    ({ service, did, commit }) => `${service} was ${did}${commit ? ` by ${commit}` : ''}`,
  );
  const commits = [...new Set(moves.flatMap(({ commit }) => commit ?? []))];
  return new BitiqError({
    code: 'action-denied',
    message: `${environment} differs from ${to} only in its list of services: ${told.join(', ')}. A rollback moves tags; it does not add or remove services.`,
    fix: `${commits.length > 0 ? `\`git revert ${commits.join(' ')}\` undoes that` : 'Revert the commit that did it'}; \`bitiq rollback ${environment} --to RELEASE\` goes further back, and \`bitiq log ${environment}\` lists the releases.`,
  });
}

function shaOf(to: string, environment: string): string {
  const parsed = parseReleaseName(to);
  if (parsed?.kind === 'following' && parsed.environment === environment) return parsed.sha;
  if (/^[0-9a-f]{7,40}$/.test(to)) return to;
  throw new BitiqError({
    code: 'release-missing',
    message: `${JSON.stringify(to)} is not the name of a release of ${environment}.`,
    fix: `Its releases are named ${environment}@<sha>; \`bitiq log ${environment}\` lists them.`,
  });
}

function notInLedger(to: string, environment: string, ledger: readonly LedgerEntry[]): BitiqError {
  return new BitiqError({
    code: 'release-missing',
    message: `${environment} never ran ${to}: no commit of main with that name changed its combination.`,
    fix: suggestion(
      to,
      ledger.map((entry) => entry.release),
    ),
  });
}

function nothingBefore(environment: string): BitiqError {
  return new BitiqError({
    code: 'action-denied',
    message: `${environment} has not run anything else before this.`,
    fix: `\`bitiq log ${environment}\` shows what it ran; \`--to RELEASE\` names one.`,
  });
}
