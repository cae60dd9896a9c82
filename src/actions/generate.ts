import { paths, type Config } from '../model/config.ts';
import type { Finding } from '../model/finding.ts';
import { valuesJsonSchema } from '../model/values/json-schema.ts';
import type { Tree } from '../git/tree.ts';
import { printServiceTrigger } from '../tekton/triggers/service-trigger.ts';

/** The files that are derived from bitiq.yaml and the schemas, with what they must contain. */
export function generatedFiles(config: Config): Map<string, string> {
  return new Map([
    [`${paths.chart}/values.schema.json`, valuesJsonSchema()],
    ...config.services.map(
      (service) =>
        [
          `pipelines/triggers/services/${service.name}.yaml`,
          printServiceTrigger({ name: service.name, image: service.image }),
        ] as const,
    ),
  ]);
}

/** The generated files of a tree that are missing or differ, with their true content. */
export async function findStaleFiles(tree: Tree, config: Config): Promise<Map<string, string>> {
  const wanted = generatedFiles(config);
  const found = await tree.read([...wanted.keys()]);
  return new Map([...wanted].filter(([path, content]) => found.get(path) !== content));
}

/** A finding for each stale file. */
export async function checkGenerated(tree: Tree, config: Config): Promise<Finding[]> {
  const stale = await findStaleFiles(tree, config);
  return [...stale.keys()].map((file) => ({
    code: 'generated-stale',
    severity: 'error',
    place: { file },
    message: `${file} is not what bitiq.yaml and the schemas say.`,
    fix: 'Run `bitiq generate` and commit what it writes.',
  }));
}
