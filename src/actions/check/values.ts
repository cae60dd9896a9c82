import { paths, type Config } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import type { Finding } from '../../model/finding.ts';
import { valuesSchema } from '../../model/values.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, type YamlSource } from '../../yaml/source.ts';
import { validateYaml } from '../../yaml/validate.ts';
import { readServices } from '../../yaml/values-file.ts';

/** Findings about the values files of all environments: schema, completeness, images. */
export async function checkValues(tree: Tree, config: Config): Promise<Finding[]> {
  const files = config.environments.map((environment) => paths.values(environment.name));
  const texts = await tree.read(files);
  return config.environments.flatMap((environment, index) => {
    const file = files[index]!;
    const text = texts.get(file);
    if (text === undefined) {
      return [
        {
          code: 'values-missing' as const,
          severity: 'error' as const,
          place: { file },
          message: `The environment ${environment.name} has no values file ${file}.`,
          fix: `Write ${file} with the complete list of services.`,
        },
      ];
    }
    try {
      const source = parseYaml(text, file);
      const { findings } = validateYaml(source, valuesSchema, 'values-invalid');
      return [...findings, ...checkServices(source, config)];
    } catch (error) {
      if (!(error instanceof BitiqError)) throw error;
      const { code, message, fix } = error;
      return [{ code, severity: 'error' as const, place: error.place ?? { file }, message, fix }];
    }
  });
}

function checkServices(source: YamlSource, config: Config): Finding[] {
  const entries = readServices(source);
  const names = config.services.map((service) => service.name);
  const findings: Finding[] = [];
  const first = new Map<string, number>();
  for (const { name, index, repository } of entries) {
    const report = (code: Finding['code'], key: string[], message: string, fix: string) =>
      findings.push({
        code,
        severity: 'error',
        place: placeOf(source, ['services', index, ...key]),
        message,
        fix,
      });
    const earlier = first.get(name);
    if (earlier !== undefined) {
      report(
        'values-invalid',
        ['name'],
        `The service ${name} stands there twice, first as services[${earlier}].`,
        'Remove one of the two.',
      );
    } else first.set(name, index);
    const service = config.services.find((each) => each.name === name);
    if (!service) {
      report(
        'values-service-unknown',
        ['name'],
        `The service ${name} is not in bitiq.yaml.`,
        suggestion(name, names),
      );
    } else if (repository !== undefined && repository !== service.image) {
      report(
        'values-image-untrue',
        ['image', 'repository'],
        `${name} has the image ${repository}; bitiq.yaml says ${service.image}.`,
        'Write the same image in both places.',
      );
    }
  }
  for (const name of names.filter((each) => !first.has(each))) {
    findings.push({
      code: 'values-service-lacking',
      severity: 'error',
      place: placeOf(source, ['services']),
      message: `${source.file} lacks the service ${name}, which bitiq.yaml names.`,
      fix: `Add ${name} to the list: Helm replaces lists, it does not merge them.`,
    });
  }
  return findings;
}
