import { describeKept, isAllowedIn } from '../model/allowed-environments.ts';
import { paths, type EnvironmentConfig, type ServiceConfig } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { Explanation, TagSetter } from '../model/explanation.ts';
import { comingFreezes, freezeInForce, holdsInForce } from '../model/stops.ts';
import { commitPage } from '../model/repository-address.ts';
import { requireService } from '../model/require-service.ts';
import { isPlaceholder, parseTag } from '../model/tag.ts';
import { describeRule } from '../model/update-rule.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree, type Tree } from '../git/tree.ts';
import { placeOf } from '../yaml/source.ts';
import { tagPath } from '../yaml/values-file.ts';
import { readEnvironmentState, type EnvironmentState } from './read/environment-state.ts';
import { readLedger, readMoves } from './read/ledger.ts';
import { findCurrent } from './read/lineage.ts';
import { lookAlongTheWay, type WayOptions } from './plan/look-along-the-way.ts';
import { readHealth } from './read/read-health.ts';
import { seeHealth } from './read/see-health.ts';
import { readHoldsAndFreezes } from './read/read-stops.ts';
import { pointerPath, readApplication, readValues, requireEnvironment } from './read/read-state.ts';

export interface ExplainOptions extends WayOptions {
  readonly environment: string;
  readonly service: string;
}

/** The trace of a service from its source commit to what an environment runs, and the first thing that stopped a newer tag on the way there. */
export async function explain(repository: Repository, options: ExplainOptions): Promise<Explanation> {
  const { head, config, now } = options;
  const environment = requireEnvironment(config, options.environment);
  const service = requireService(config, options.service);
  const tree = commitTree(repository, head);
  const [{ state, lost }, { holds, freezes }] = await Promise.all([
    readLastState(repository, head, environment),
    readHoldsAndFreezes(tree, environment.name),
  ]);
  const tag = state.combination.get(service.name);
  const [setBy, health, writtenAt, way] = await Promise.all([
    tag === undefined ? undefined : findSetter(repository, head, environment, service.name, tag),
    seeHealth(repository, environment.name, new Map(tag === undefined ? [] : [[service.name, tag]])),
    findPlace(tree, environment, service.name, state),
    lookAlongTheWay(repository, options, environment, service, state),
  ]);
  const known = health.services.get(service.name);
  const sha = tag === undefined || isPlaceholder(tag) ? undefined : parseTag(tag).sha;
  return {
    environment: environment.name,
    service: service.name,
    tag,
    source:
      sha === undefined ? undefined : { url: commitPage(service.repository, sha) ?? service.repository, sha },
    image: tag === undefined ? undefined : `${service.image}:${tag}`,
    rule: describeMover(environment, service),
    hold: holdsInForce(holds.stops, now).get(service.name),
    freeze: freezeInForce(freezes.stops, now),
    comingFreezes: comingFreezes(freezes.stops, now),
    setBy,
    healthy: known?.record,
    seen: known?.seen,
    lastHealthy:
      known?.seen === 'not-seen'
        ? await findLastHealthy(repository, { head, environment, service: service.name })
        : undefined,
    release: state.release,
    keptOut: isAllowedIn(service, environment.name) ? undefined : describeKept(config, service.name),
    writtenAt,
    ...way,
    notes: [...lost, ...way.notes],
  };
}

/** What an environment is to run; where its pointer leads nowhere what it ran last, with the sentences that say so. */
async function readLastState(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
): Promise<{ readonly state: EnvironmentState; readonly lost: readonly string[] }> {
  const state = await readEnvironmentState(repository, head, environment);
  if (state.fault === undefined) return { state, lost: [] };
  const last =
    environment.kind === 'pinned' ? await findCurrent(repository, { head, environment, state }) : undefined;
  if (!last?.combination || last.release === undefined) throw state.fault;
  const { message, fix } = state.fault;
  return {
    state: { ...state, combination: last.combination, fault: undefined },
    lost: [
      message,
      fix,
      `The version is that of ${last.release}, the last release of ${environment.name} in the history of main.`,
    ],
  };
}

async function findSetter(
  repository: Repository,
  head: string,
  environment: EnvironmentConfig,
  service: string,
  tag: string,
): Promise<TagSetter | undefined> {
  for await (const { changes, ...move } of readMoves(repository, { head, environment })) {
    if (!changes?.some((change) => change.service === service && change.to === tag)) continue;
    const { release, commit, date, by, action, reason } = move;
    return { release, commit, date, by, action, reason };
  }
  return undefined;
}

/** The newest version of a service before the one of now that was seen healthy, of the last hundred moves. */
async function findLastHealthy(
  repository: Repository,
  at: { readonly head: string; readonly environment: EnvironmentConfig; readonly service: string },
): Promise<Explanation['lastHealthy']> {
  const ledger = await readLedger(repository, { ...at, limit: 100 });
  const tags = new Set(ledger.flatMap(({ combination }) => combination?.get(at.service) ?? []));
  const versions = [...tags].map((tag) => [at.service, tag] as const);
  const health = await readHealth(repository, at.environment.name, versions);
  for (const tag of tags) {
    const record = health.of(at.service, tag);
    if (record !== undefined) return { tag, record };
  }
  return undefined;
}

async function findPlace(
  tree: Tree,
  environment: EnvironmentConfig,
  service: string,
  state: EnvironmentState,
): Promise<Explanation['writtenAt']> {
  if (environment.kind === 'pinned') {
    const application = await readApplication(tree, environment.name).catch((error: unknown) => {
      if (error instanceof BitiqError) return undefined;
      throw error;
    });
    if (application === undefined)
      return { file: paths.application(environment.name), line: undefined, value: '(cannot be read)' };
    return {
      file: application.file,
      line: placeOf(application, pointerPath).line,
      value: `targetRevision: ${String(application.document.getIn(pointerPath))}`,
    };
  }
  const values = await readValues(tree, environment.name);
  const path = tagPath(values, service);
  return {
    file: paths.values(environment.name),
    line: path && placeOf(values, path).line,
    value: path === undefined ? `(not listed there)` : `tag: ${state.combination.get(service) ?? ''}`,
  };
}

function describeMover(environment: EnvironmentConfig, service: ServiceConfig): string {
  const { name, promotesFrom } = environment;
  if (environment.kind === 'pinned') {
    return `${name} is pinned: only releases move it${promotesFrom === undefined ? '' : `, promoted from ${promotesFrom}`}`;
  }
  const writer =
    environment.writeBack === 'image-updater'
      ? 'Argo CD Image Updater'
      : '`bitiq update` (in the loop: its updater)';
  return `${name} follows main: ${writer} takes ${describeRule(service.update)} of the image`;
}
