import type { Config, EnvironmentConfig, ServiceConfig } from '../../model/config.ts';
import { messageOf } from '../../model/errors.ts';
import type { Explanation, Stop } from '../../model/explanation.ts';
import { isNewer, isPlaceholder, placeholderTag } from '../../model/tag.ts';
import type { Repository } from '../../git/repository.ts';
import { chooseTag, describeRefusal } from './choose-tags.ts';
import { readEnvironmentState, type EnvironmentState } from '../read/environment-state.ts';
import type { ImageSource } from '../read/image-source.ts';
import { findStop } from './find-stop.ts';

export interface WayOptions {
  readonly head: string;
  readonly config: Config;
  /** Undefined: images are not looked up. */
  readonly images: ImageSource | undefined;
  /** Where the repository of a service is read instead of the URL in bitiq.yaml, for rules that name a branch. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
  readonly now: Date;
}

/** The environments that a version passes on its way to one, the first that gets it first. */
function wayTo(config: Config, environment: EnvironmentConfig): EnvironmentConfig[] {
  const way = [environment];
  for (let from = environment.promotesFrom; from !== undefined;) {
    const next = config.environments.find((each) => each.name === from);
    if (next === undefined || way.includes(next)) break;
    way.unshift(next);
    from = next.promotesFrom;
  }
  return way;
}

/** The newest version of a service in the environments that it passes and among its images, and the first thing that stopped it on the way. */
export async function lookAlongTheWay(
  repository: Repository,
  options: WayOptions,
  environment: EnvironmentConfig,
  service: ServiceConfig,
  state: EnvironmentState,
): Promise<Pick<Explanation, 'newer' | 'unbuilt' | 'stopped' | 'notes'>> {
  const { head, config, images } = options;
  const way = wayTo(config, environment);
  const notes: string[] = [];
  const stations = await Promise.all(
    way.map(async (each) => {
      const known = each === environment ? state : await readEnvironmentState(repository, head, each);
      // What is wrong with another environment is told, and is not in the way of this one.
      if (known.fault)
        notes.push(`What ${each.name} wants could not be read: ${known.fault.message} ${known.fault.fix}`);
      return {
        environment: each,
        tag: known.combination.get(service.name),
        unknown: known.fault !== undefined,
      };
    }),
  );
  let newest: { readonly tag: string; readonly where: string } | undefined;
  for (const station of stations) {
    if (station.tag === undefined || isPlaceholder(station.tag)) continue;
    if (newest === undefined || isNewer(station.tag, newest.tag)) {
      newest = { tag: station.tag, where: `${station.environment.name} has it` };
    }
  }
  const own = stations.at(-1)!.tag;
  const waits = newest !== undefined && (own === undefined || isNewer(newest.tag, own));
  let choice: Awaited<ReturnType<typeof chooseTag>> | undefined;
  const first = stations[0]!;
  if (images === undefined) notes.push('Images were not looked up, so newer ones are not known.');
  else {
    try {
      const platforms = first.environment.platforms ?? [];
      choice = await chooseTag(service, first.tag ?? placeholderTag, {
        images,
        platforms,
        sources: options.sources,
      });
      // What automation would take comes first; a tag that it refuses is named only when there is nothing else.
      const found = choice.change?.to ?? (waits ? undefined : choice.newest);
      if (found !== undefined && (newest === undefined || isNewer(found, newest.tag))) {
        newest = { tag: found, where: `${service.image} has it` };
      }
      notes.push(...choice.skipped.filter((each) => each.tag !== newest?.tag).map((each) => each.message));
      const refused = found === undefined ? choice.newest : undefined;
      if (refused !== undefined && !choice.skipped.some((each) => each.tag === refused))
        notes.push(describeRefusal(service, refused));
    } catch (error) {
      notes.push(`The tags of ${service.image} could not be looked up: ${messageOf(error)}`);
    }
  }
  if (newest === undefined || (own !== undefined && !isNewer(newest.tag, own))) {
    const unbuilt = newest === undefined && stations.some(({ tag }) => tag !== undefined);
    return { newer: undefined, unbuilt, stopped: undefined, notes };
  }
  let stopped: Stop | undefined;
  for (const [index, station] of stations.entries()) {
    if (station.unknown) continue;
    if (station.tag !== undefined && !isNewer(newest.tag, station.tag)) continue;
    stopped = await findStop(repository, {
      ...options,
      environment: station.environment,
      service,
      tag: station.tag,
      newest: newest.tag,
      choice,
      from: stations[index - 1]?.environment.name,
    });
    break;
  }
  return { newer: newest, unbuilt: false, stopped, notes };
}
