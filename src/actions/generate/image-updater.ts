import { paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { printImageUpdater, type UpdatedImage } from '../../kubernetes/image-updater.ts';
import { tagConstraint } from '../../kubernetes/tag-constraint.ts';
import type { UpdateRule } from '../../model/update-rule.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { holdKind, readStops } from '../read/read-stops.ts';
import { readApplication, readValues } from '../read/read-state.ts';

/** Whether Argo CD's Image Updater is the one writer of an environment's tags. */
export function hasImageUpdater(environment: EnvironmentConfig): boolean {
  return environment.writeBack === 'image-updater';
}

/**
 * The ImageUpdater of every environment with `writeBack: image-updater`, by path. A hold counts as long as it is in
 * the file, also past its `until`: a cluster gets files and no clock, and `bitiq check` tells of holds that have ended.
 */
export async function imageUpdaterFiles(
  tree: Tree,
  config: Config,
  /** Takes what keeps one of them from being generated; without it that is thrown. */
  skip?: (path: string, error: unknown) => void,
): Promise<Map<string, string>> {
  const environments = config.environments.filter(hasImageUpdater);
  const files = environments.map(async ({ name }) => {
    const path = paths.imageUpdater(name);
    try {
      const text = await printFor(tree, config, name);
      return text === undefined ? [] : [[path, text] as const];
    } catch (error) {
      if (skip === undefined) throw error;
      skip(path, error);
      return [];
    }
  });
  return new Map((await Promise.all(files)).flat());
}

/** Undefined without services: an ImageUpdater must name an image. */
async function printFor(tree: Tree, config: Config, environment: string): Promise<string | undefined> {
  const [values, application, { stops: holds }, asleep] = await Promise.all([
    readValues(tree, environment),
    readApplication(tree, environment),
    readStops(tree, environment, holdKind),
    readDefaultReplicas(tree),
  ]);
  const held = new Set(holds.map((hold) => hold.service));
  const services = readServices(values);
  if (services.length === 0) return undefined;
  return printImageUpdater({
    environment,
    application: textAt(application, ['metadata', 'name']) ?? `bitiq-${environment}`,
    namespace: textAt(application, ['metadata', 'namespace']) ?? 'argocd',
    valuesFile: values.file,
    folder: tree.folder,
    branch: tree.branch,
    images: services.map(({ name, index, repository, tag }): UpdatedImage => ({
      name,
      index,
      repository: repository ?? '',
      constraint: held.has(name) ? tag : tagConstraint(ruleOf(config, name)),
      held: held.has(name),
      asleep: replicasOf(values, index, asleep) === 0,
    })),
  });
}

/** The rule by which automation moves a service. */
export function ruleOf(config: Config, service: string): UpdateRule | undefined {
  return config.services.find(({ name }) => name === service)?.update;
}

async function readDefaultReplicas(tree: Tree): Promise<unknown> {
  const text = (await tree.read([paths.defaults])).get(paths.defaults);
  return text === undefined
    ? undefined
    : parseYaml(text, paths.defaults).document.getIn(['defaults', 'replicas']);
}

/** The replicas of a service as the chart merges them. */
function replicasOf(values: YamlSource, index: number, standard: unknown): unknown {
  const own = values.document.getIn(['services', index, 'replicas']);
  return own ?? values.document.getIn(['defaults', 'replicas']) ?? standard;
}

function textAt(source: YamlSource, path: readonly string[]): string | undefined {
  const found: unknown = source.document.getIn(path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
