import type { Combination } from '../../model/combination.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import type { ServiceConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { SkippedService } from '../../model/skipped-service.ts';
import { parseTag } from '../../model/tag.ts';
import { allows, describeRule, faultOfImage, newerTags } from '../../model/update-rule.ts';
import { sourceBranch, type SourceBranch } from '../../git/source-branch.ts';
import type { ImageSource } from '../read/image-source.ts';

/** Where tags and what they are made of are looked up. */
export interface ChoiceOptions {
  readonly images: ImageSource;
  readonly platforms: readonly string[];
  /** Where the repository of a service is read instead of the URL in bitiq.yaml: a path or a URL. */
  readonly sources?: ReadonlyMap<string, string> | undefined;
}

/** The move of one service to its newest allowed and sound image, and what stood in the way of newer ones. */
export interface TagChoice {
  readonly change: TagChange | undefined;
  readonly skipped: readonly SkippedService[];
  /** The greatest tag that there is, whatever the rule says; undefined when none is newer. */
  readonly newest: string | undefined;
}

/**
 * The tag that automation may take for a service: the greatest that its rule allows, is higher than the current one, and
 * whose image carries the commit that it names and is there for all platforms. Faulty images are passed over and told.
 */
export async function chooseTag(
  service: ServiceConfig,
  current: string,
  options: ChoiceOptions,
): Promise<TagChoice> {
  const newer = newerTags(await options.images.tagsOf(service.image), current);
  const skipped: SkippedService[] = [];
  const branch = branchOf(service, options.sources);
  for (const tag of newer.filter((each) => allows(service.update, each))) {
    const elsewhere = branch && (await refuseBranch(branch, tag, service.update?.branch));
    if (elsewhere) {
      const message = `${service.name} does not take ${tag}: ${elsewhere.why}.`;
      if (elsewhere.unknown) skipped.push({ service: service.name, tag, why: 'branch', message });
      continue;
    }
    const fault = await inspect(service, tag, options);
    if (fault === undefined) {
      const change = { service: service.name, from: current, to: tag, kind: 'upgrade' as const };
      return { change, skipped, newest: newer[0] };
    }
    const message = `${service.name} does not take ${tag}: ${fault}.`;
    skipped.push({ service: service.name, tag, why: 'image', message });
  }
  return { change: undefined, skipped, newest: newer[0] };
}

/** The choices for all services of a combination, at once. */
export async function chooseTags(
  services: readonly ServiceConfig[],
  current: Combination,
  options: ChoiceOptions,
): Promise<{ readonly changes: readonly TagChange[]; readonly skipped: readonly SkippedService[] }> {
  const choices = await Promise.all(
    services.flatMap((service) => {
      const tag = current.get(service.name);
      return tag === undefined ? [] : [chooseTag(service, tag, options)];
    }),
  );
  return {
    changes: choices.flatMap(({ change }) => change ?? []),
    skipped: choices.flatMap(({ skipped }) => skipped),
  };
}

/** Why a newer tag is not for a service, as a sentence. */
export function describeRefusal(service: ServiceConfig, tag: string): string {
  return `${tag} is newer, and the rule of ${service.name} in bitiq.yaml takes ${describeRule(service.update)}.`;
}

function branchOf(
  { name, repository, update }: ServiceConfig,
  sources: ChoiceOptions['sources'],
): SourceBranch | undefined {
  if (update?.branch === undefined) return undefined;
  return sourceBranch({ location: sources?.get(name) ?? repository, branch: update.branch });
}

/** Why the branch of a rule forbids a tag; `unknown` where no one could look. */
async function refuseBranch(
  branch: SourceBranch,
  tag: string,
  name: string | undefined,
): Promise<{ readonly why: string; readonly unknown: boolean } | undefined> {
  const found = await branch(parseTag(tag).sha);
  if (found === true) return undefined;
  if (found === false) return { why: `its commit is not on ${name}`, unknown: false };
  return { why: `whether its commit is on ${name} is unknown, because ${found.why}`, unknown: true };
}

async function inspect(
  service: ServiceConfig,
  tag: string,
  options: ChoiceOptions,
): Promise<string | undefined> {
  try {
    return faultOfImage(tag, await options.images.inspect(service.image, tag), options.platforms);
  } catch (error) {
    // One damaged image must not keep the others from moving; a registry that is away is another matter.
    if (!(error instanceof BitiqError) || !error.code.startsWith('image-')) throw error;
    return error.message.replace(/\.$/, '');
  }
}
