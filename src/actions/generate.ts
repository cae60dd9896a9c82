import { paths, type Config } from '../model/config.ts';
import { builtServices } from '../model/built-services.ts';
import type { Finding } from '../model/finding.ts';
import { valuesJsonSchema } from '../model/values/json-schema.ts';
import type { Tree } from '../git/tree.ts';
import { printServiceTrigger } from './generate/service-trigger.ts';
import { composeFiles } from './generate/compose.ts';
import { imageUpdaterFiles } from './generate/image-updater.ts';
import { knownImagesPolicy } from './generate/known-images.ts';
import { servicesPage } from './generate/services-page.ts';

/** Files that are generated: those that nothing asks for any more are removed. */
const alwaysGenerated = [
  /^pipelines\/triggers\/services\/[^/]+$/,
  /^environments\/[^/]+\/image-updater\.yaml$/,
];

/** The files that are derived from bitiq.yaml, the values and the schemas, with what they must contain. */
export async function generatedFiles(tree: Tree, config: Config): Promise<Map<string, string>> {
  return new Map([
    [`${paths.chart}/values.schema.json`, valuesJsonSchema()],
    ...(await triggerFiles(tree, config)),
    ...(await imageUpdaterFiles(tree, config)),
    ...(await composeFiles(tree, config)),
    ...(await knownImagesPolicy(tree, config)),
    ...(await servicesPage(tree, config)),
  ]);
}

/** A Trigger for each build, where the repository has what Triggers refer to: one that builds elsewhere has no pipelines. */
async function triggerFiles(tree: Tree, config: Config): Promise<[string, string][]> {
  const triggers = await tree.list('pipelines/triggers');
  if (!triggers.some((path) => !path.startsWith('pipelines/triggers/services/'))) return [];
  return builtServices(config.services).map((service) => [
    `pipelines/triggers/services/${service.name}.yaml`,
    printServiceTrigger(service),
  ]);
}

/** The generated files of a tree that are missing or differ, with their true content; undefined for one that must go. */
export async function findStaleFiles(tree: Tree, config: Config): Promise<Map<string, string | undefined>> {
  const [wanted, listed] = await Promise.all([
    generatedFiles(tree, config),
    Promise.all(['pipelines/triggers/services', 'environments'].map((folder) => tree.list(folder))),
  ]);
  const found = await tree.read([...wanted.keys()]);
  return new Map<string, string | undefined>([
    ...[...wanted]
      .map(([path, content]) => [path, withLineEndsOf(found.get(path), content)] as const)
      .filter(([path, content]) => found.get(path) !== content),
    ...listed
      .flat()
      .filter((path) => !wanted.has(path) && alwaysGenerated.some((pattern) => pattern.test(path)))
      .map((path) => [path, undefined] as const),
  ]);
}

/** What Git checks out with `core.autocrlf` has its own line ends, which say nothing about its content. */
function withLineEndsOf(found: string | undefined, content: string): string {
  const isCrlf = found !== undefined && found.includes('\r\n') && !/(^|[^\r])\n/.test(found);
  // A file of which only a part is generated has them already.
  return isCrlf ? content.replaceAll(/\r?\n/g, '\r\n') : content;
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
