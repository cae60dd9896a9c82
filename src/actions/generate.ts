import { paths, type Config } from '../model/config.ts';
import type { Finding } from '../model/finding.ts';
import { valuesJsonSchema } from '../model/values/json-schema.ts';
import type { Tree } from '../git/tree.ts';
import { printServiceTrigger } from '../tekton/triggers/service-trigger.ts';

/** Folders in which every file is generated: what bitiq.yaml does not ask for is removed. */
const generatedFolders = ['pipelines/triggers/services'];

/** The files that are derived from bitiq.yaml, the values and the schemas, with what they must contain. */
export async function generatedFiles(_tree: Tree, config: Config): Promise<Map<string, string>> {
  return new Map([
    [`${paths.chart}/values.schema.json`, valuesJsonSchema()],
    ...config.services.map(
      (service) =>
        [`pipelines/triggers/services/${service.name}.yaml`, printServiceTrigger(service)] as const,
    ),
  ]);
}

/** The generated files of a tree that are missing or differ, with their true content; undefined for one that must go. */
export async function findStaleFiles(tree: Tree, config: Config): Promise<Map<string, string | undefined>> {
  const [wanted, listed] = await Promise.all([
    generatedFiles(tree, config),
    Promise.all(generatedFolders.map((folder) => tree.list(folder))),
  ]);
  const found = await tree.read([...wanted.keys()]);
  return new Map<string, string | undefined>([
    ...[...wanted].filter(([path, content]) => found.get(path) !== content),
    ...listed
      .flat()
      .filter((path) => !wanted.has(path))
      .map((path) => [path, undefined] as const),
  ]);
}

/** A finding for each stale file. */
export async function checkGenerated(tree: Tree, config: Config): Promise<Finding[]> {
  const stale = await findStaleFiles(tree, config);
  return [...stale].map(([file, content]) => ({
    code: 'generated-stale',
    severity: 'error',
    place: { file },
    message:
      content === undefined
        ? `${file} is generated, and bitiq.yaml does not ask for it any more.`
        : `${file} is not what bitiq.yaml, the values and the schemas say.`,
    fix: 'Run `bitiq generate` and commit what it writes.',
  }));
}
