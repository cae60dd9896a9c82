import { join } from 'node:path';
import { paths } from '../model/config.ts';
import { BitiqError } from '../model/errors.ts';
import type { Tree } from '../git/tree.ts';
import { digestManifests, renderChart } from '../helm/render-chart.ts';
import { keepRendering, rememberRendering } from '../helm/rendering-cache.ts';
import { readDestination } from './read/read-state.ts';

/** What `helm template` printed for an environment, and its digest `sha256:<hex>`. */
export interface Rendering {
  readonly environment: string;
  readonly manifests: string;
  readonly digest: string;
  readonly releaseName: string;
  readonly namespace: string;
  /** The path of the Helm that printed it. */
  readonly helm: string;
}

/** Keeps a rendering for who asks for that of this commit, whose chart and values it was made from. */
export async function rememberRenderingOf(tree: Tree, rendering: Rendering): Promise<void> {
  const chart = await tree.folderId(paths.chart);
  if (chart !== undefined) {
    await rememberRendering(rendering.helm, { ...rendering, chart }, rendering.manifests);
  }
}

/**
 * Renders an environment from a tree, with some files replaced: exactly `helm template` on the tree's chart with the
 * environment's values file, under the Helm release name and namespace that its Application in the tree says.
 */
export async function renderEnvironment(
  tree: Tree,
  options: {
    readonly environment: string;
    readonly helm: string;
    readonly replaced?: ReadonlyMap<string, string>;
    /** Take what this Helm printed for the same chart and values before, where it is still known. */
    readonly kept?: boolean;
  },
): Promise<Rendering> {
  const { environment, helm, replaced = new Map<string, string>() } = options;
  const [{ releaseName, namespace }, chart] = await Promise.all([
    readDestination(tree, environment),
    options.kept && replaced.size === 0 ? tree.folderId(paths.chart) : undefined,
  ]);
  const render = () =>
    tree.withFolder(paths.chart, replaced, (chartDir) =>
      renderChart({
        helm,
        chartDir,
        valuesFiles: [join(chartDir, `values-${environment}.yaml`)],
        releaseName,
        namespace,
      }).catch((error: unknown) => {
        throw error instanceof BitiqError ? asInTree(error, chartDir) : error;
      }),
    );
  const manifests =
    chart === undefined
      ? await render()
      : await keepRendering(helm, { chart, environment, releaseName, namespace }, render);
  return { environment, manifests, digest: digestManifests(manifests), releaseName, namespace, helm };
}

/** The error with the chart's place in the repository, not in the copy that Helm read. */
function asInTree(error: BitiqError, chartDir: string): BitiqError {
  const { code, state, place } = error;
  const [message, fix] = [error.message, error.fix].map((text) => text.replaceAll(chartDir, paths.chart));
  return new BitiqError({
    code,
    message: message!,
    fix: fix!,
    state,
    place: place && { ...place, file: place.file.replaceAll(chartDir, paths.chart) },
    cause: error,
  });
}
