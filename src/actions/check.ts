import { paths, type Config } from '../model/config.ts';
import { sortFindings, type Finding } from '../model/finding.ts';
import type { Repository } from '../git/repository.ts';
import { listOnce, type Tree } from '../git/tree.ts';
import { checkStops } from './check/stops.ts';
import { checkAmbiguousRefs } from './check/ambiguous-refs.ts';
import { checkApplications } from './check/applications.ts';
import { checkChart } from './check/chart.ts';
import { collectFindings } from './check/collect.ts';
import { checkConfig } from './check/config.ts';
import { breaksRendering, checkFiles, readLeniently, withoutEchoes } from './check/files.ts';
import { checkGithubFiles } from './check/github-files.ts';
import { checkImages } from './check/images.ts';
import { checkImageUpdaters } from './check/image-updater.ts';
import { checkPipelines } from './check/pipelines.ts';
import { checkPolicies } from './check/policies.ts';
import { checkProjects } from './check/projects.ts';
import { checkReleases } from './check/releases.ts';
import { checkReleaseTags } from './check/release-tags.ts';
import { checkRendering } from './check/rendering.ts';
import { checkRoot } from './check/root.ts';
import { checkSecretStores } from './check/secret-stores.ts';
import { checkSecrets } from './check/secrets.ts';
import { checkServiceSettings } from './check/service-settings.ts';
import { checkValues } from './check/values.ts';
import { checkGenerated } from './generate.ts';
import type { LookUpDigest } from './read/look-up-digest.ts';

export interface CheckOptions {
  /** Without Helm the rendering is not checked. */
  readonly helm: string | undefined;
  /** Where the releases are looked up; without a repository they are not checked. */
  readonly repository: Repository | undefined;
  /** Ask the remote which branches it has; without it those are looked at that were fetched last. */
  readonly online?: boolean | undefined;
  /** Compares the images that environments are to run with what their tags name now; without it no image is looked up. */
  readonly lookUpDigest?: LookUpDigest | undefined;
  /** When holds and freezes have ended. */
  readonly now: Date;
}

/** Every finding about a GitOps repository, in the order of files and lines; never stops at the first. */
export async function check(given: Tree, options: CheckOptions): Promise<Finding[]> {
  const { helm, repository } = options;
  const tree = listOnce(given);
  const broken = await checkFiles(tree);
  const { config, findings } = await checkWhatFilesSay(readLeniently(tree), options);
  const all = withoutEchoes([...broken, ...findings], broken);
  if (config === undefined || helm === undefined) return sortFindings(distinct(all));
  const environments = config.environments.filter(
    ({ name }) => canRender(name, all) && !breaksRendering(broken, name, config),
  );
  const rendering = await checkRendering(tree, environments, { helm, repository });
  return sortFindings(distinct([...all, ...rendering]));
}

async function checkWhatFilesSay(
  tree: Tree,
  { repository, online = false, lookUpDigest, now }: CheckOptions,
): Promise<{ config: Config | undefined; findings: readonly Finding[] }> {
  const { config, faultyServices, findings } = await checkConfig(tree);
  if (config === undefined) return { config, findings };

  const parts = await Promise.all([
    collectFindings(() => checkValues(tree, config, faultyServices)),
    collectFindings(() => checkServiceSettings(tree, config)),
    collectFindings(() => checkChart(tree, config)),
    collectFindings(() => checkApplications(tree, config, repository)),
    collectFindings(() => checkProjects(tree, config)),
    collectFindings(() => checkRoot(tree, config)),
    collectFindings(() => checkStops(tree, config, { now, faultyServices })),
    collectFindings(() => checkImageUpdaters(tree, config)),
    collectFindings(() => checkSecrets(tree, config)),
    collectFindings(() => checkSecretStores(tree, config)),
    collectFindings(() => checkPipelines(tree)),
    collectFindings(() => checkGithubFiles(tree)),
    collectFindings(() => checkPolicies(tree, config, now)),
    // A faulty bitiq.yaml would generate other files than it will once it is fixed.
    ...(findings.every(({ severity }) => severity === 'warning')
      ? [collectFindings(() => checkGenerated(tree, config))]
      : []),
    ...(repository
      ? [
          collectFindings(() => checkReleases(repository, { config })),
          collectFindings(() => checkReleaseTags(repository, { tree, config })),
          collectFindings(() => checkAmbiguousRefs(repository, config, { online })),
          ...(lookUpDigest ? [collectFindings(() => checkImages(repository, config, lookUpDigest))] : []),
        ]
      : []),
  ]);
  return { config, findings: [...findings, ...parts.flat()] };
}

const stopsRendering: readonly Finding['code'][] = [
  'chart-invalid',
  'pointer-missing',
  'values-invalid',
  'yaml-invalid',
];

/** Whether Helm would say more than is found already, later and less clearly. */
function canRender(environment: string, findings: readonly Finding[]): boolean {
  const read = [paths.chartFile, paths.defaults, paths.values(environment), paths.application(environment)];
  return !findings.some(({ code, place }) => stopsRendering.includes(code) && read.includes(place.file));
}

function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map(findings.map((each) => [JSON.stringify([each.code, each.place, each.message]), each]));
  return [...seen.values()];
}
