import type { Combination } from '../../model/combination.ts';
import type { TagChange } from '../../model/combination-diff.ts';
import type { Config } from '../../model/config.ts';
import type { Digests } from '../../model/release.ts';
import { commitPage } from '../../model/repository-address.ts';
import { isPlaceholder, parseTag } from '../../model/tag.ts';
import type { YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { editFile } from './prepared-plan.ts';

/**
 * The byte-exact edits that give a values file the tags of a combination, and their digests: of each service that has one in `digests`
 * it is written right after the tag. Without `digests`, those of tags that change go, as they name another image; with it, all others go.
 */
export function editTags(
  values: YamlSource,
  combination: Combination,
  digests?: Digests,
): ReturnType<typeof editFile> {
  return editFile(
    values,
    readServices(values).flatMap(({ name, index, tag }) => {
      const value = combination.get(name);
      if (value === undefined) return [];
      const image = ['services', index, 'image'];
      const digest = digests?.get(name);
      const keeps = digests === undefined && value === tag;
      return [
        { path: [...image, 'tag'], value },
        ...(keeps ? [] : [{ path: [...image, 'digest'], value: digest, after: 'tag' }]),
      ];
    }),
  );
}

/** `toy-service v0.1.0-1.gabc1234 → v0.1.0-2.gdef5678  https://…/commit/def5678`: a change with the link to its source. */
export function describeChange(config: Config, change: TagChange): string {
  const repository = config.services.find((service) => service.name === change.service)?.repository;
  const link =
    change.to === undefined || isPlaceholder(change.to) || repository === undefined
      ? undefined
      : commitPage(repository, parseTag(change.to).sha);
  return `${change.service} ${change.from ?? '(none)'} → ${change.to ?? '(removed)'}${link ? `  ${link}` : ''}`;
}
