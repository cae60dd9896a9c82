import { printComposite, type Combination } from '../../model/combination.ts';
import { paths, type Config } from '../../model/config.ts';
import type { ChangedFile } from '../../model/plan.ts';
import type { Digests } from '../../model/release.ts';
import { decodeText } from '../../git/decode-text.ts';
import { listFiles, readFiles } from '../../git/read.ts';
import type { Repository } from '../../git/repository.ts';
import { parseYaml } from '../../yaml/source.ts';
import { editTags } from './edit-tags.ts';
import { editFile } from './prepared-plan.ts';
import { appVersionPath } from '../read/read-state.ts';

/**
 * The files of the chart in which a new release differs from its parent by more than versions: templates, defaults, and
 * the environment's own configuration. Sorted by path.
 */
export async function chartChanges(
  repository: Repository,
  options: {
    readonly config: Config;
    readonly environment: string;
    readonly parent: string;
    readonly head: string;
    readonly combination: Combination;
    readonly digests: Digests;
    /** The files that the release commit replaces. */
    readonly replaced: ReadonlyMap<string, string>;
  },
): Promise<ChangedFile[]> {
  const { config, environment, replaced, combination, digests } = options;
  const own = paths.values(environment);
  const others = config.environments.map(({ name }) => paths.values(name)).filter((path) => path !== own);
  const parent = `refs/tags/${options.parent}`;
  const [before, after, files] = await Promise.all([
    listFiles(repository, parent, paths.chart),
    listFiles(repository, options.head, paths.chart),
    readFiles(repository, parent, [...replaced.keys()]),
  ]);
  const shas = new Map(before.map((file) => [file.path, file.sha]));
  const changes: ChangedFile[] = after.flatMap(({ path, sha }): ChangedFile[] => {
    const old = shas.get(path);
    if (old === undefined) return [{ path, kind: 'added' }];
    const content = replaced.get(path);
    const same =
      content === undefined
        ? old === sha
        : withVersions(path, files.get(path), combination, digests) === content;
    return same ? [] : [{ path, kind: 'modified' }];
  });
  const left = new Set(after.map((file) => file.path));
  for (const path of shas.keys()) if (!left.has(path)) changes.push({ path, kind: 'removed' });
  return changes.filter(({ path }) => !others.includes(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file of the parent with the new versions in it; undefined when they do not fit in. */
function withVersions(
  path: string,
  bytes: Buffer | undefined,
  combination: Combination,
  digests: Digests,
): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    const source = parseYaml(decodeText(path, bytes), path);
    if (path !== paths.chartFile) return editTags(source, combination, digests).content;
    return editFile(source, [{ path: appVersionPath, value: printComposite(combination) }]).content;
  } catch {
    return undefined;
  }
}
