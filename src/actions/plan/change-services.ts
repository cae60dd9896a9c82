import type { FileChange } from '../../model/file-change.ts';
import { overlayTree, type Tree } from '../../git/tree.ts';
import { readAppVersion } from '../appversion.ts';
import { findStaleFiles } from '../generate.ts';
import { readConfig } from '../read/read-state.ts';

/**
 * The changes of these files together with all that follows from them: the composite version of the following
 * environment and every generated file.
 */
export async function deriveChanges(tree: Tree, edited: ReadonlyMap<string, string>): Promise<FileChange[]> {
  const files = new Map<string, string | undefined>(edited);
  const config = await readConfig(overlayTree(tree, files));
  if (config.environments.some((environment) => environment.kind === 'following')) {
    const state = await readAppVersion(overlayTree(tree, files), config);
    if (state.corrected !== undefined) files.set(state.file, state.corrected);
  }
  for (const [path, content] of await findStaleFiles(overlayTree(tree, files), config))
    files.set(path, content);
  const found = await tree.read([...files.keys()]);
  return [...files]
    .map(([path, after]) => ({ path, before: found.get(path), after }))
    .filter(({ before, after }) => before !== after);
}
