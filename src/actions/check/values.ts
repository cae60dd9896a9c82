import { isMap, isSeq } from 'yaml';
import { describeKept, isAllowedIn } from '../../model/allowed-environments.ts';
import { paths, type Config } from '../../model/config.ts';
import { suggestion } from '../../model/did-you-mean.ts';
import type { Finding } from '../../model/finding.ts';
import { isTag, parseTag } from '../../model/tag.ts';
import { messageOf } from '../../model/errors.ts';
import { valuesSchema } from '../../model/values.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { validateYaml } from '../../yaml/validate.ts';
import { errorAt, findingOf } from './collect.ts';
import { checkPeers, findHomeless } from './listed-services.ts';

/** Findings about the values files of all environments: schema, the name of the environment, services, tags, images. */
export async function checkValues(
  tree: Tree,
  config: Config,
  faultyServices: readonly string[] = [],
): Promise<Finding[]> {
  const files = config.environments.map((environment) => paths.values(environment.name));
  const texts = await tree.read(files);
  const findings = config.environments.flatMap(({ name }, index) => {
    const file = files[index]!;
    const text = texts.get(file);
    if (text === undefined) {
      return [
        {
          code: 'values-invalid' as const,
          severity: 'error' as const,
          place: { file },
          message: `The environment ${name} has no values file ${file}.`,
          fix: `Write ${file} with the complete list of services.`,
        },
      ];
    }
    try {
      return checkFile(parseYaml(text, file), name, { config, faultyServices });
    } catch (error) {
      return [findingOf(error, file)];
    }
  });
  return [...findings, ...(await findHomeless(tree, config, texts))];
}

/** What bitiq.yaml says, and the services whose entries there have a fault. */
interface Named {
  readonly config: Config;
  readonly faultyServices: readonly string[];
}

function checkFile(source: YamlSource, environment: string, named: Named): Finding[] {
  const { findings } = validateYaml(source, valuesSchema, 'values-invalid');
  // What is said here is clearer than what the schema says of the same place.
  const own = [
    ...checkName(source, environment),
    ...checkServices(source, named, environment),
    ...checkPeers(source, [...named.config.services.map(({ name }) => name), ...named.faultyServices]),
  ];
  const said = new Set(own.map(({ place }) => place.keyPath));
  return [...findings.filter(({ place }) => !said.has(place.keyPath)), ...own];
}

function checkName(source: YamlSource, environment: string): Finding[] {
  const found: unknown = source.document.get('environment');
  if (found === undefined || found === environment) return [];
  return [
    {
      code: 'values-mismatch',
      severity: 'error',
      place: placeOf(source, ['environment']),
      message: `${source.file} sets its environment to ${JSON.stringify(found)}.`,
      fix: `Write \`environment: ${environment}\`.`,
    },
  ];
}

function checkServices(
  source: YamlSource,
  { config, faultyServices }: Named,
  environment: string,
): Finding[] {
  const list = source.document.get('services', true);
  if (!isSeq(list)) return [];
  const names = config.services.map((service) => service.name);
  const findings: Finding[] = [];
  const first = new Map<string, number>();
  for (const [index, entry] of list.items.entries()) {
    const report = (code: Finding['code'], key: KeyPath, message: string, fix: string) =>
      findings.push(errorAt(placeOf(source, ['services', index, ...key]), code, message, fix));
    if (!isMap(entry)) continue;
    const [name, tag, repository]: unknown[] = [
      entry.get('name'),
      entry.getIn(['image', 'tag']),
      entry.getIn(['image', 'repository']),
    ];
    if (typeof tag === 'string' && !isTag(tag)) {
      report(
        'values-invalid',
        ['image', 'tag'],
        `${source.file}: ${whyNotTag(tag)}`,
        'A tag looks like v0.3.1-27.gabc1234; `bitiq tag` prints the tag of a commit.',
      );
    }
    if (typeof name !== 'string') continue;
    const earlier = first.get(name);
    if (earlier !== undefined) {
      report(
        'values-invalid',
        ['name'],
        `${source.file}: the service ${name} is listed twice, first as services[${earlier}].`,
        'Remove one of the two.',
      );
    } else first.set(name, index);
    const service = config.services.find((each) => each.name === name);
    if (service && !isAllowedIn(service, environment)) {
      const message = `${source.file} lists ${name}, and ${describeKept(config, name)}`;
      const fix = `Remove the entry, or add ${environment} to \`environments\` of ${name} in bitiq.yaml.`;
      report('values-mismatch', ['name'], message, fix);
    }
    // What is wrong with its entry there is found there.
    if (!service && faultyServices.includes(name)) continue;
    if (!service) {
      const message = `${source.file} lists the service ${JSON.stringify(name)}, which bitiq.yaml does not name.`;
      report('values-mismatch', ['name'], message, suggestion(name, names));
    } else if (typeof repository === 'string' && repository !== service.image) {
      report(
        'values-mismatch',
        ['image', 'repository'],
        `${name} has the image ${repository}; bitiq.yaml says ${service.image}.`,
        'Write the same image in both places.',
      );
    }
  }
  return findings;
}

function whyNotTag(text: string): string {
  try {
    parseTag(text);
    return '';
  } catch (error) {
    return messageOf(error);
  }
}
