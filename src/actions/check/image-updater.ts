import { isMap } from 'yaml';
import type { Config, EnvironmentConfig } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { matchesFilePattern } from '../../model/glob.ts';
import type { Tree } from '../../git/tree.ts';
import { nodeAt, parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { readServices } from '../../yaml/values-file.ts';
import { hasImageUpdater } from '../generate/image-updater.ts';
import { holdKind, readStops } from '../read/read-stops.ts';
import { readApplication, readValues } from '../read/read-state.ts';
import { checkUpdaterImage, textAt, untrue } from './updater-image.ts';
import { errorAt } from './collect.ts';

/**
 * Findings about every ImageUpdater below environments/, generated or not: each place that it writes to is compared with
 * the values file, each held service with its hold, and every environment has one writer.
 */
export async function checkImageUpdaters(tree: Tree, config: Config): Promise<Finding[]> {
  const environments = await Promise.all(
    config.environments.map(async (environment) => ({
      environment,
      application: await readApplication(tree, environment.name),
    })),
  );
  const refs = (await readUpdaters(tree)).flatMap(applicationRefs);
  const findings = environments.flatMap(({ environment, application }) =>
    checkAnnotations(environment, application),
  );
  for (const ref of refs) {
    const matched = environments.filter(({ application }) => matches(ref.pattern, application));
    if (matched.length === 0) {
      const message = `${ref.pattern} is not an Application of an environment, so this part does nothing.`;
      findings.push(untrue(ref.source, [...ref.path, 'namePattern'], message));
    }
    for (const { environment } of matched) {
      findings.push(...checkWriter(environment, ref, refs, environments));
      if (hasImageUpdater(environment))
        findings.push(...(await checkRef(tree, config, { environment: environment.name, ref })));
    }
  }
  return findings;
}

/** One entry of `applicationRefs`. */
interface Ref {
  readonly source: YamlSource;
  readonly path: KeyPath;
  readonly pattern: string;
}

type Environments = readonly { readonly environment: EnvironmentConfig; readonly application: YamlSource }[];

async function readUpdaters(tree: Tree): Promise<YamlSource[]> {
  const listed = (await tree.list('environments')).filter((path) => /\.ya?ml$/.test(path));
  const texts = await tree.read(listed);
  return [...texts]
    .filter(([, text]) => /^kind:\s*["']?ImageUpdater["']?\s*(#.*)?$/m.test(text))
    .map(([path, text]) => parseYaml(text, path));
}

function applicationRefs(source: YamlSource): Ref[] {
  return itemsAt(source, ['spec', 'applicationRefs']).map((path) => ({
    source,
    path,
    pattern: textAt(source, [...path, 'namePattern']) ?? '',
  }));
}

/** The annotations of Image Updater 0.x make it a writer as well. */
function checkAnnotations(environment: EnvironmentConfig, application: YamlSource): Finding[] {
  const prefix = 'argocd-image-updater.argoproj.io/';
  const annotations: unknown = application.document.getIn(['metadata', 'annotations']);
  if (!isMap(annotations)) return [];
  return annotations.items
    .map(({ key }) => String(key))
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({
      code: 'delivery-mismatch',
      severity: 'error',
      place: placeOf(application, ['metadata', 'annotations', key]),
      message: `The annotation ${key} makes the Image Updater write to ${environment.name}, although bitiq.yaml does not say so.`,
      fix: 'Remove it, and set `writeBack: image-updater` in bitiq.yaml instead.',
    }));
}

function checkWriter(
  environment: EnvironmentConfig,
  ref: Ref,
  refs: readonly Ref[],
  all: Environments,
): Finding[] {
  const { name } = environment;
  const second = (message: string, fix: string): Finding[] => [
    errorAt(placeOf(ref.source, [...ref.path, 'namePattern']), 'delivery-mismatch', message, fix),
  ];
  if (environment.kind === 'pinned') {
    return second(
      `This ImageUpdater would move ${name}, which is pinned: releases alone move it.`,
      `Choose a namePattern that does not match the Application of ${name}.`,
    );
  }
  if (!hasImageUpdater(environment)) {
    return second(
      `This ImageUpdater and bitiq's own updater would both write to ${name}.`,
      'Remove the file, or say `writeBack: image-updater` in bitiq.yaml.',
    );
  }
  const application = all.find((each) => each.environment === environment)?.application;
  const first = refs.find((each) => application !== undefined && matches(each.pattern, application));
  if (first === undefined || first === ref) return [];
  return second(
    `${name} has an ImageUpdater already, in ${first.source.file}; two of them overwrite each other.`,
    'Keep one of the two.',
  );
}

async function checkRef(
  tree: Tree,
  config: Config,
  { environment, ref }: { readonly environment: string; readonly ref: Ref },
): Promise<Finding[]> {
  const [values, { stops: holds }] = await Promise.all([
    readValues(tree, environment),
    readStops(tree, environment, holdKind),
  ]);
  const held = new Set(holds.map((hold) => hold.service));
  const services = readServices(values);
  const images = itemsAt(ref.source, [...ref.path, 'images']);
  const seen = images.map((path) =>
    checkUpdaterImage({ config, source: ref.source, path, values, services, held }),
  );
  const named = new Set(seen.flatMap((each) => each.service ?? []));
  const lacking = services.filter((service) => !named.has(service.name)).map((service) => service.name);
  return [
    ...checkWriteBack(ref, values.file, tree),
    ...seen.flatMap((each) => each.findings),
    ...(lacking.length === 0
      ? []
      : [untrue(ref.source, [...ref.path, 'images'], `It leaves out ${lacking.join(', ')}.`)]),
  ];
}

function checkWriteBack({ source, path }: Ref, file: string, { folder, branch }: Tree): Finding[] {
  const target = `helmvalues:/${folder}${file}`;
  const expected: [KeyPath, (found: string) => boolean, string][] = [
    [['method'], (found) => /^git:secret:[a-z0-9.-]+$/.test(found), 'git:secret:<a Secret beside it>'],
    [['gitConfig', 'branch'], (found) => found === branch, branch],
    [['gitConfig', 'writeBackTarget'], (found) => found === target, target],
  ];
  const annotated: unknown = source.document.getIn([...path, 'useAnnotations']);
  return [
    ...expected.flatMap(([key, fits, what]) => {
      const own = [...path, 'writeBackConfig', ...key];
      const at = textAt(source, own) === undefined ? ['spec', 'writeBackConfig', ...key] : own;
      const found = textAt(source, at);
      if (found !== undefined && fits(found)) return [];
      return [untrue(source, at, `${key.join('.')} is ${found ?? 'missing'}, and must be ${what}.`)];
    }),
    ...(annotated === true
      ? [untrue(source, [...path, 'useAnnotations'], 'It reads annotations, which bitiq does not check.')]
      : []),
  ];
}

/** Whether a namePattern (Go's filepath.Match) means an Application. */
function matches(pattern: string, application: YamlSource): boolean {
  const name = textAt(application, ['metadata', 'name']) ?? '';
  try {
    return matchesFilePattern(pattern, name);
  } catch {
    return false; // the Image Updater takes such a pattern for none, too
  }
}

function itemsAt(source: YamlSource, path: KeyPath): KeyPath[] {
  const items = (nodeAt(source, path) as { items?: unknown[] } | undefined)?.items;
  return (Array.isArray(items) ? items : []).map((_, index) => [...path, index]);
}
