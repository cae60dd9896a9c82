import type { z } from 'zod';
import { printCompose, type ComposeService } from '../../model/compose.ts';
import { paths, type Config } from '../../model/config.ts';
import { valuesSchema, type ServiceValues } from '../../model/values.ts';
import { mergeDefaults } from '../../model/values/merge-defaults.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml } from '../../yaml/source.ts';
import { validateYaml } from '../../yaml/validate.ts';

/**
 * compose.yaml of the following environment (else of the first), by path; none while the values or their defaults are missing or have a fault, which is
 * told by their own check and would only be told again.
 */
export async function composeFiles(tree: Tree, config: Config): Promise<Map<string, string>> {
  const environment = (
    config.environments.find((each) => each.kind === 'following') ?? config.environments[0]
  )?.name;
  if (environment === undefined) return new Map();
  const file = paths.values(environment);
  const dockerfiles = config.services.flatMap(({ example }) =>
    example === undefined ? [] : [`${example}/Dockerfile`],
  );
  const texts = await tree.read([file, paths.defaults, ...dockerfiles]);
  const written = readValid(texts, file);
  const standard = readValid(texts, paths.defaults);
  if (written === undefined || standard === undefined) return new Map();
  const defaults = mergeDefaults(standard.defaults, (written.defaults ?? {}) as ServiceValues);
  const services = config.services.flatMap(({ name, image, example }): ComposeService[] => {
    const service = written.services.find((each) => each.name === name);
    if (service === undefined) return [];
    const values = mergeDefaults(defaults, service);
    if (values.kind === 'CronJob' || values.kind === 'Job') return []; // Compose runs what goes on running
    return [
      {
        values,
        image,
        context: example,
        hasNode: /^FROM +(?:\S+\/)?node[:@\s]/im.test(texts.get(`${example}/Dockerfile`) ?? ''),
      },
    ];
  });
  if (services.length === 0) return new Map();
  return new Map([[paths.compose, printCompose(environment, file, services)]]);
}

function readValid(
  texts: ReadonlyMap<string, string>,
  file: string,
): z.infer<typeof valuesSchema> | undefined {
  const text = texts.get(file);
  if (text === undefined) return undefined;
  try {
    return validateYaml(parseYaml(text, file), valuesSchema, 'values-invalid').value;
  } catch {
    return undefined;
  }
}
