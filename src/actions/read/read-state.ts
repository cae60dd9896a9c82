import { printComposite, type Combination } from '../../model/combination.ts';
import { configSchema, paths, type Config, type EnvironmentConfig } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import { BitiqError } from '../../model/errors.ts';
import { printPinnedRelease, printPointer, releaseOfPointer } from '../../model/release.ts';
import type { Tree } from '../../git/tree.ts';
import { parsePlainYaml } from '../../yaml/parse-plain.ts';
import { parseYaml, placeOf, type YamlSource } from '../../yaml/source.ts';
import { requireValid } from '../../yaml/validate.ts';
import { readCombinationText, readTextAt } from '../../yaml/read-quickly.ts';
import { readCombination } from '../../yaml/values-file.ts';

/** What bitiq.yaml of a tree says; throws `config-missing` or `config-invalid`. */
export async function readConfig(tree: Tree): Promise<Config> {
  const text = (await tree.read([paths.config])).get(paths.config);
  const plain = text === undefined ? undefined : configSchema.safeParse(parsePlainYaml(text));
  if (plain?.success) return plain.data;
  // What is wrong, or not plain, is read again with its places.
  return requireValid(await readConfigSource(tree), configSchema, 'config-invalid');
}

/** bitiq.yaml of a tree, parsed and not yet checked; throws `config-missing`. */
export function readConfigSource(tree: Tree): Promise<YamlSource> {
  return readSource(tree, paths.config, async () => {
    const fix =
      tree.commit === undefined
        ? 'Run the command in a checkout of a bitiq repository: it works on the files there.'
        : 'Run the command inside a bitiq repository, or name one with --repo PATH|URL.';
    return new BitiqError({ code: 'config-missing', ...(await describeMissingConfig(tree, fix)) });
  });
}

/** What is said where a tree has no bitiq.yaml: the folders below that have one, else what else can be done. */
export async function describeMissingConfig(
  tree: Tree,
  otherwise: string,
): Promise<{ readonly message: string; readonly fix: string }> {
  const end = `/${paths.config}`;
  const folders = (await tree.list(''))
    .flatMap((path) => (path.endsWith(end) ? [tree.folder + path.slice(0, -end.length)] : []))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1));
  const place = tree.folder === '' ? 'at the root of the repository' : `in ${tree.folder}`;
  const message = `There is no bitiq.yaml ${place}`;
  const [first] = folders;
  if (first === undefined) return { message: `${message}.`, fix: otherwise };
  const more = folders.length > 3 ? ` and ${folders.length - 3} more folders` : '';
  return {
    message: `${message}; there is one in ${folders.slice(0, 3).join(', ')}${more}.`,
    fix: `Name the folder: \`--folder ${first}\`, or run the command in it.`,
  };
}

/** The environment of that name; throws `environment-missing` with a suggestion. */
export function requireEnvironment(config: Config, name: string): EnvironmentConfig {
  const found = config.environments.find((environment) => environment.name === name);
  if (found) return found;
  throw new BitiqError({
    code: 'environment-missing',
    message:
      name === ''
        ? 'The name of the environment is empty.'
        : `There is no environment ${JSON.stringify(name)}.`,
    fix: suggestion(
      name,
      config.environments.map((environment) => environment.name),
    ),
  });
}

/** A file of a tree, parsed. */
async function readSource(
  tree: Tree,
  path: string,
  missing: () => BitiqError | Promise<BitiqError>,
): Promise<YamlSource> {
  const text = (await tree.read([path])).get(path);
  if (text === undefined) throw await missing();
  return parseYaml(text, path);
}

/** The values file of an environment in a tree; throws `values-invalid`. */
export function readValues(tree: Tree, environment: string): Promise<YamlSource> {
  const path = paths.values(environment);
  return readSource(tree, path, () =>
    fileMissing('values-invalid', path, `The environment ${environment} has no values file ${path}.`),
  );
}

/** The combination that the values file of an environment says in a tree. */
export async function readTreeCombination(tree: Tree, environment: string): Promise<Combination> {
  const path = paths.values(environment);
  const text = (await tree.read([path])).get(path);
  return text === undefined
    ? readCombination(await readValues(tree, environment))
    : readCombinationText(text, path);
}

/** Where the appVersion of the chart is in Chart.yaml. */
export const appVersionPath = ['appVersion'] as const;

/** Chart.yaml of a tree; throws `values-invalid` when there is no chart. */
export function readChartFile(tree: Tree): Promise<YamlSource> {
  return readSource(tree, paths.chartFile, () =>
    fileMissing('values-invalid', paths.chartFile, `There is no chart: ${paths.chartFile} is missing.`),
  );
}

/** Where the pointer is in application.yaml. */
export const pointerPath = ['spec', 'source', 'targetRevision'] as const;

/** The Application of an environment in a tree; throws `pointer-missing`. */
export function readApplication(tree: Tree, environment: string): Promise<YamlSource> {
  const path = paths.application(environment);
  return readSource(tree, path, () =>
    fileMissing('pointer-missing', path, `The environment ${environment} has no ${path}.`),
  );
}

/** The release that an Application of a pinned environment points at; throws `pointer-missing`. */
export function readPointer(application: YamlSource, environment: string): string {
  const pointer: unknown = application.document.getIn(pointerPath);
  if (typeof pointer === 'string' && pointer !== '') return releaseOfPointer(pointer);
  throw new BitiqError({
    code: 'pointer-missing',
    message: `${application.file} has no spec.source.targetRevision, so bitiq cannot tell what ${environment} runs.`,
    fix: `Write the release that it runs, such as ${printPointer(`${environment}/1`)}, or ${printPointer(`${environment}/0`)} before the first one.`,
    place: placeOf(application, pointerPath),
  });
}

/** The release that the Application of a pinned environment points at in a tree; throws `pointer-missing`. */
export async function readTreePointer(tree: Tree, environment: string): Promise<string> {
  const path = paths.application(environment);
  const text = (await tree.read([path])).get(path);
  const pointer = text && readTextAt(text, path, pointerPath);
  return pointer
    ? releaseOfPointer(pointer)
    : readPointer(await readApplication(tree, environment), environment);
}

/** Under which name and in which namespace the Application of an environment in a tree has Helm render; throws `pointer-missing`. */
export async function readDestination(
  tree: Tree,
  environment: string,
): Promise<{ readonly releaseName: string; readonly namespace: string }> {
  const path = paths.application(environment);
  const text = (await tree.read([path])).get(path) ?? (await readApplication(tree, environment)).text;
  return {
    releaseName: readTextAt(text, path, ['spec', 'source', 'helm', 'releaseName']) || 'bitiq',
    namespace: readTextAt(text, path, ['spec', 'destination', 'namespace']) || environment,
  };
}

/** Whether a release name stands for "nothing has been released yet". */
export function isUnreleased(environment: string, pointer: string): boolean {
  return pointer === printPinnedRelease(environment, 0);
}

/** The appVersion that the chart of a tree should carry for a combination, and the one it carries. */
export function appVersionOf(
  chart: YamlSource,
  combination: Combination,
): { readonly found: string; readonly expected: string } {
  const found: unknown = chart.document.get('appVersion');
  return {
    found: typeof found === 'string' ? found : String(found ?? ''),
    expected: printComposite(combination),
  };
}

function fileMissing(code: 'values-invalid' | 'pointer-missing', file: string, message: string): BitiqError {
  const fix = `Write ${file}: docs/adopting.md shows everything that an environment needs.`;
  return new BitiqError({ code, message, fix, place: { file } });
}
