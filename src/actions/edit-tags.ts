import type { Combination } from '../model/combination.ts';
import type { TagChange } from '../model/combination-diff.ts';
import type { Config } from '../model/config.ts';
import { parseTag } from '../model/tag.ts';
import type { YamlSource } from '../yaml/source.ts';
import { readServices } from '../yaml/values-file.ts';
import { editFile } from './prepare.ts';

/** The byte-exact edits that give a values file the tags of a combination. */
export function editTags(values: YamlSource, combination: Combination): ReturnType<typeof editFile> {
  return editFile(
    values,
    readServices(values).flatMap(({ name, index }) => {
      const value = combination.get(name);
      return value === undefined ? [] : [{ path: ['services', index, 'image', 'tag'], value }];
    }),
  );
}

/** `toy-service v0.1.0-1.gabc1234 → v0.1.0-2.gdef5678  https://…/commit/def5678`: a change with the link to its source. */
export function describeChange(config: Config, change: TagChange): string {
  const repository = config.services
    .find((service) => service.name === change.service)
    ?.repository.replace(/\.git$/, '');
  const link =
    change.to === undefined || repository === undefined
      ? ''
      : `  ${repository}/commit/${parseTag(change.to).sha}`;
  return `${change.service} ${change.from ?? '(none)'} → ${change.to ?? '(removed)'}${link}`;
}
