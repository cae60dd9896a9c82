import { diffCombinations, type TagChange } from '../model/combination-diff.ts';
import { paths, type Config } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { Repository } from '../git/repository.ts';
import { commitTree } from '../git/tree.ts';
import { compareCommits, type CommitOptions, type ServiceCommits } from './diff/compare-commits.ts';
import { compareManifests, type ManifestDiff } from './diff/compare-manifests.ts';
import { comparePolicies, type PolicyDiff } from './diff/compare-policies.ts';
import { judgeSide, type RenderedSide } from './diff/judge-side.ts';
import { resolveSide, type DiffSide } from './diff/resolve-side.ts';
import { renderEnvironment } from './render.ts';

/** How deep two sides are compared; versions always are. */
export type Depth = 'versions' | 'commits' | 'manifests' | 'policies';

export interface DiffOptions extends Omit<CommitOptions, 'config'> {
  readonly head: string;
  readonly config: Config;
  /** A release, an environment, an environment at a date, or the path of a values file. */
  readonly a: string;
  readonly b: string;
  /** Default: versions alone. */
  readonly depths?: ReadonlySet<Depth> | undefined;
  /** Where values files are looked for. Default: the folder of this process. */
  readonly cwd?: string | undefined;
  /** Returns the path of the real Helm, for depths that render. */
  readonly helm?: (() => Promise<string>) | undefined;
  /** When exceptions of policies have ended. Default: now. */
  readonly now?: Date | undefined;
}

/** How two sides differ. A depth that was not requested is undefined. */
export interface ReleaseDiff {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly changes: readonly TagChange[];
  /** The services that have the same tag in both. */
  readonly same: number;
  readonly commits: readonly ServiceCommits[] | undefined;
  readonly manifests: ManifestDiff | undefined;
  readonly policies: PolicyDiff | undefined;
}

/** Compares any two releases, environments, dates or values files, as deep as is requested. */
export async function diffReleases(repository: Repository, options: DiffOptions): Promise<ReleaseDiff> {
  const { config, head, cwd = process.cwd(), depths = new Set() } = options;
  const [a, b] = (await Promise.all(
    [options.a, options.b].map((name) => resolveSide(repository, { head, config, cwd, name })),
  )) as [DiffSide, DiffSide];
  const changes = diffCombinations(a.combination, b.combination);
  const renderings = once(() => renderSides(repository, a, b, options));
  const services = new Set([...a.combination.keys(), ...b.combination.keys()]);
  const judge = async () => {
    const at = { head, config, now: options.now ?? new Date() };
    const sides = (await renderings()).map((each) => judgeSide(repository, each, at));
    const [before, after] = await Promise.all(sides);
    return comparePolicies(before!, after!, services);
  };
  const [commits, manifests, policies] = await Promise.all([
    depths.has('commits') ? compareCommits(changes, options) : undefined,
    depths.has('manifests')
      ? renderings().then(([before, after]) => compareManifests(before.manifests, after.manifests, services))
      : undefined,
    depths.has('policies') ? judge() : undefined,
  ]);
  const same = [...a.combination].filter(([service, tag]) => b.combination.get(service) === tag).length;
  return { a, b, changes, same, commits, manifests, policies };
}

/** Whether anything that was compared is not the same. */
export function hasDifferences(diff: ReleaseDiff): boolean {
  return (
    diff.changes.length > 0 ||
    (diff.manifests !== undefined && diff.manifests.objects.length + diff.manifests.stamps.length > 0) ||
    (diff.policies !== undefined && diff.policies.changes.some(({ kind }) => kind !== 'same'))
  );
}

async function renderSides(
  repository: Repository,
  a: DiffSide,
  b: DiffSide,
  options: DiffOptions,
): Promise<readonly [RenderedSide, RenderedSide]> {
  if (options.helm === undefined) throw new Error('A depth that renders needs Helm.');
  const helmPath = await options.helm();
  return Promise.all([
    renderSide(repository, a, b, { ...options, helmPath }),
    renderSide(repository, b, a, { ...options, helmPath }),
  ]);
}

/** A values file is laid over the chart of the other side, so that the difference is what the file alone would change. */
async function renderSide(
  repository: Repository,
  side: DiffSide,
  other: DiffSide,
  options: DiffOptions & { readonly helmPath: string },
): Promise<RenderedSide> {
  const { helmPath: helm } = options;
  if (side.values === undefined) {
    // Nothing was delivered before the first release.
    if (side.commit === undefined) return { side, manifests: '' };
    const tree = commitTree(repository, side.commit);
    const environment = side.environment!;
    const rendering = await renderEnvironment(tree, { environment, helm, kept: true });
    return { side, manifests: rendering.manifests, rendered: { rendering, tree, environment } };
  }
  const environment = other.values === undefined ? other.environment : side.environment;
  if (environment === undefined) throw noEnvironment(side.name);
  const tree = commitTree(repository, other.commit ?? options.head);
  const replaced = new Map([[paths.values(environment), side.values]]);
  const rendering = await renderEnvironment(tree, { environment, helm, replaced });
  return { side, manifests: rendering.manifests, rendered: { rendering, tree, environment } };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function noEnvironment(file: string): BitiqError {
  return new BitiqError({
    code: 'values-invalid',
    message: `${file} has no \`environment:\`, so bitiq cannot render it.`,
    fix: 'Give it a line such as `environment: prod`, or compare it with an environment.',
    place: { file },
  });
}
