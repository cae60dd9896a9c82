import type { Config } from '../../model/config.ts';
import type { Tree } from '../../git/tree.ts';
import { applyChanges } from '../../yaml/edit.ts';
import { parseYaml } from '../../yaml/source.ts';

const file = 'policies/known-images/policy.yaml';

/**
 * The policy of known images with its variable `allowed` as bitiq.yaml has it: the folders of the services' images, each
 * with its last slash. Only these bytes are generated. Nothing for a repository without that policy.
 */
export async function knownImagesPolicy(tree: Tree, config: Config): Promise<Map<string, string>> {
  const text = (await tree.read([file])).get(file);
  if (text === undefined) return new Map();
  const source = parseYaml(text, file);
  const variables = (source.document.toJS() as { spec?: { variables?: { name?: string }[] } }).spec
    ?.variables;
  const index = (variables ?? []).findIndex(({ name }) => name === 'allowed');
  if (index < 0) return new Map();
  const path = ['spec', 'variables', index, 'expression'];
  return new Map([[file, applyChanges(source, [{ path, value: allowedImages(config) }])]]);
}

/** A CEL list of texts. Another way to write the same is not a difference, so the order is fixed. */
function allowedImages(config: Config): string {
  const folders = config.services.map(({ image }) => image.slice(0, image.lastIndexOf('/') + 1));
  return JSON.stringify([...new Set(folders)].sort());
}
