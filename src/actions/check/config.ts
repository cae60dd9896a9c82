import { configSchema, paths, type Config, type ServiceConfig } from '../../model/config.ts';
import type { Finding } from '../../model/finding.ts';
import { sameAddressOf } from '../../model/repository-address.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { validateYaml } from '../../yaml/validate.ts';
import { describeMissingConfig } from '../read/read-state.ts';
import { errorAt, findingOf } from './collect.ts';

export interface CheckedConfig {
  /** Without the entries that have a fault; undefined when too little is left. */
  readonly config: Config | undefined;
  /** The names of the services that were left out, so that no one says that bitiq.yaml does not name them. */
  readonly faultyServices: readonly string[];
  readonly findings: readonly Finding[];
}

/** What bitiq.yaml says, and every finding about it. */
export async function checkConfig(tree: Tree): Promise<CheckedConfig> {
  const text = (await tree.read([paths.config])).get(paths.config);
  if (text === undefined) {
    const told = await describeMissingConfig(
      tree,
      'Run the command in a bitiq repository, or write the file: docs/adopting.md shows a whole one.',
    );
    const place = { file: paths.config };
    return {
      config: undefined,
      faultyServices: [],
      findings: [{ code: 'config-missing', severity: 'error', place, ...told }],
    };
  }
  let source: YamlSource;
  try {
    source = parseYaml(text, paths.config);
  } catch (error) {
    return { config: undefined, faultyServices: [], findings: [findingOf(error)] };
  }
  const { value, findings } = validateYaml(source, configSchema, 'config-invalid');
  const config = value ?? readSoundPart(source);
  return {
    config,
    faultyServices: config ? faultyServicesOf(source, config) : [],
    findings: [...findings, ...(config ? await checkSense(tree, source, config) : [])],
  };
}

function faultyServicesOf(source: YamlSource, config: Config): string[] {
  const sound = config.services.map(({ name }) => name);
  const entries = at(source.document.toJS(), ['services']);
  return (Array.isArray(entries) ? (entries as unknown[]) : [])
    .map((entry) => at(entry, ['name']))
    .filter((name): name is string => typeof name === 'string' && !sound.includes(name));
}

/** The configuration without unknown keys, faulty rules and the entries that have another fault, so that the rest can be checked, too. */
function readSoundPart(source: YamlSource): Config | undefined {
  const data: unknown = structuredClone(source.document.toJS());
  const first = configSchema.safeParse(data);
  if (first.success) return first.data;
  const dropped = new Set<unknown>();
  for (const issue of first.error.issues) {
    const [list, index, key] = issue.path;
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) removeKey(data, issue.path, key);
    // A service without its rule is still a service.
    else if (key === 'update') removeKey(data, [list!, index!], key);
    else if (typeof index === 'number') dropped.add(at(data, [list!, index]));
  }
  if (typeof data !== 'object' || data === null) return undefined;
  const kept = Object.entries(data).map(([key, list]: [string, unknown]) => [
    key,
    Array.isArray(list) ? list.filter((entry: unknown) => !dropped.has(entry)) : list,
  ]);
  return configSchema.safeParse(Object.fromEntries(kept)).data;
}

async function checkSense(tree: Tree, source: YamlSource, config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  const report = (path: KeyPath, message: string, fix: string) =>
    findings.push(errorAt(placeOf(source, path), 'config-invalid', `${paths.config}: ${message}`, fix));
  const data: unknown = source.document.toJS();
  // Counted in the file, faulty entries included.
  const names = (list: 'services' | 'environments'): unknown[] =>
    (at(data, [list]) as unknown[]).map((entry) => at(entry, ['name']));
  const owners = new Map<string, ServiceConfig>();
  const updater = config.environments.find(({ writeBack }) => writeBack === 'image-updater')?.name;
  const files = new Set(await tree.list(''));
  for (const service of config.services) {
    const { name, image, example } = service;
    const path = ['services', names('services').indexOf(name)] as const;
    const owner = owners.get(image);
    if (owner === undefined) owners.set(image, service);
    else if (sameAddressOf(owner.repository) !== sameAddressOf(service.repository)) {
      report(
        [...path, 'image'],
        `${name} has the image of ${owner.name}, ${image}, and another Git repository: a build of one would be taken for the other.`,
        `Give ${name} an image of its own, or the repository of ${owner.name}.`,
      );
    } else if (updater !== undefined) {
      report(
        [...path, 'image'],
        `${name} has the image of ${owner.name}, ${image}, and the Image Updater of ${updater} tells services apart by their images.`,
        `Give ${updater} \`writeBack: bitiq\`, or ${name} an image of its own.`,
      );
    }
    const other = owner?.example ?? example;
    if (owner !== undefined && example !== undefined && other !== example) {
      report(
        [...path, 'example'],
        `${name} has the image of ${owner.name}, and another example.`,
        `Leave \`example\` out: the image is built once, as ${owner.name}.`,
      );
    }
    const folder = example?.replace(/(?<!\/)\/+$/, '');
    if (folder !== undefined && ![...files].some((file) => file.startsWith(`${folder}/`))) {
      report(
        [...path, 'example'],
        `the folder ${folder} of ${name} does not exist or is empty.`,
        'Name a folder of this repository, or leave `example` out.',
      );
    }
  }
  for (const { name, promotesFrom } of config.environments) {
    if (promotesFrom !== name) continue;
    report(
      ['environments', names('environments').indexOf(name), 'promotesFrom'],
      `${name} promotes from itself.`,
      'Name the environment that comes before it.',
    );
  }
  return [...findings, ...findStrangers([...files], names('environments'))];
}

/** Files of environments that bitiq.yaml does not name: nothing reads them. */
function findStrangers(files: readonly string[], known: readonly unknown[]): Finding[] {
  return files.flatMap((file) => {
    const [, ofValues, ofApplication] =
      /^(?:helm\/bitiq\/values-([^/]+)\.yaml|environments\/([^/]+)\/application\.yaml)$/.exec(file) ?? [];
    const name = ofValues ?? ofApplication;
    if (name === undefined || known.includes(name)) return [];
    return [
      {
        code: 'values-mismatch' as const,
        severity: 'warning' as const,
        place: { file, line: 1 },
        message: `${file} is of the environment ${name}, which bitiq.yaml does not name.`,
        fix: `Add ${name} to bitiq.yaml, or remove the file.`,
      },
    ];
  });
}

function at(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined,
    data,
  );
}

function removeKey(data: unknown, path: readonly PropertyKey[], key: string): void {
  const owner = at(data, path);
  if (typeof owner === 'object' && owner !== null) delete (owner as Record<string, unknown>)[key];
}
