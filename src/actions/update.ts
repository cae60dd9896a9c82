import { compareTags, isTag, parseTag } from '../model/tag.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { headOfMain } from '../git/repository.ts';
import type { Applied } from './apply-plan.ts';
import type { Actor } from './prepare.ts';
import { readConfig, readTreeCombination, requireEnvironment } from './read-state.ts';
import { setTags } from './set.ts';

export interface UpdateOptions {
  /** A following environment. */
  readonly environment: string;
  /** All tags that exist of an image repository; texts that are no tags are ignored. */
  readonly tagsOf: (image: string) => Promise<readonly string[]>;
  readonly actor: Actor;
  readonly helm: string;
}

/**
 * Moves every service of a following environment to the greatest tag of its image, in one commit for all of them; never to a lower
 * one. Gives undefined when there is nothing newer.
 */
export async function updateEnvironment(
  repository: Repository,
  options: UpdateOptions,
): Promise<Applied | undefined> {
  const tree = commitTree(repository, await headOfMain(repository));
  const config = await readConfig(tree);
  const environment = requireEnvironment(config, options.environment);
  const current = await readTreeCombination(tree, environment.name);
  const newer = new Map<string, string>();
  for (const service of config.services) {
    const tag = current.get(service.name);
    if (tag === undefined) continue;
    const greatest = greatestTag(await options.tagsOf(service.image));
    if (greatest !== undefined && compareTags(parseTag(greatest), parseTag(tag)) > 0)
      newer.set(service.name, greatest);
  }
  if (newer.size === 0) return undefined;
  return setTags(repository, {
    environment: environment.name,
    tags: newer,
    actor: options.actor,
    helm: options.helm,
  });
}

/** The greatest tag of a list, or undefined when none of the texts is a tag. */
export function greatestTag(texts: readonly string[]): string | undefined {
  return texts.filter(isTag).reduce<string | undefined>((best, text) => {
    return best === undefined || compareTags(parseTag(text), parseTag(best)) > 0 ? text : best;
  }, undefined);
}
