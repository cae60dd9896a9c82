import { diffCombinations, type TagChange } from '../model/combination-diff.ts';
import type { Config } from '../model/config.ts';
import type { Repository } from '../git/repository.ts';
import { resolveRelease, type ResolvedRelease } from './resolve-release.ts';

/** How two releases differ in versions. */
export interface ReleaseDiff {
  readonly a: ResolvedRelease;
  readonly b: ResolvedRelease;
  readonly changes: readonly TagChange[];
  /** The services that have the same tag in both. */
  readonly same: number;
}

/** Compares the combinations of any two releases or environments. */
export async function diffReleases(
  repository: Repository,
  options: { readonly head: string; readonly config: Config; readonly a: string; readonly b: string },
): Promise<ReleaseDiff> {
  const [a, b] = await Promise.all([
    resolveRelease(repository, { ...options, name: options.a }),
    resolveRelease(repository, { ...options, name: options.b }),
  ]);
  const changes = diffCombinations(a.combination, b.combination);
  const same = [...a.combination].filter(([service, tag]) => b.combination.get(service) === tag).length;
  return { a, b, changes, same };
}
