import { paths, type Config } from '../../model/config.ts';
import { envFaults } from '../../model/env-references.ts';
import type { Finding } from '../../model/finding.ts';
import type { ServiceDefaults, ServiceValues } from '../../model/values.ts';
import { declaredVariables, literalVariables } from '../../model/values/declared-variables.ts';
import { mergeDefaults } from '../../model/values/merge-defaults.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';

/** Findings about settings of a service, defaults merged in, that render and do not do what they look like. */
export async function checkServiceSettings(tree: Tree, config: Config): Promise<Finding[]> {
  const files = config.environments.map(({ name }) => paths.values(name));
  const texts = await tree.read([paths.defaults, ...files]);
  const under = read(texts, paths.defaults)?.data['defaults'];
  const defaults = isRecord(under) ? (under as ServiceDefaults) : {};
  return files.flatMap((file) => {
    const found = read(texts, file);
    const services = found?.data['services'];
    if (!found || !Array.isArray(services)) return [];
    return services.flatMap((entry: unknown, index) => {
      if (!isRecord(entry) || typeof entry['name'] !== 'string') return [];
      const service = mergeDefaults(defaults, entry as ServiceValues);
      const at = (...keys: KeyPath) => placeOf(found.source, ['services', index, ...keys]);
      return [...checkVariables(service, at), ...checkWayIn(service, at)];
    });
  });
}

type PlaceAt = (...keys: KeyPath) => Finding['place'];

/** What Kubernetes would leave as `$(NAME)` in a variable. */
function checkVariables({ name, env, envFrom, secrets }: ServiceValues, at: PlaceAt): Finding[] {
  const literal = literalVariables(env);
  const given = Object.fromEntries(literal.map((variable) => [variable.name, variable.value]));
  const places = new Map(literal.map((variable) => [variable.name, variable.at]));
  const list = Array.isArray(secrets) ? secrets.filter(isRecord) : [];
  const isOpen = list.some((secret) => !isRecord(secret['keys']));
  const known = new Set([
    ...list.flatMap(({ keys }) => (isRecord(keys) ? Object.keys(keys) : [])),
    ...declaredVariables(env).map((variable) => variable.name),
  ]);
  return envFaults(given, isOpen || isFilled(envFrom) ? 'all' : known).map(
    ({ variable, names, kind }): Finding => {
      const place = at('env', ...(places.get(variable) ?? []));
      return kind === 'circle'
        ? {
            code: 'values-invalid',
            severity: 'error',
            place,
            message: `The service ${name} has variables that refer to each other in a circle: ${names.join(', ')}.`,
            fix: `Write out the value of one of them; $$(${names[0]!}) is the text itself.`,
          }
        : {
            code: 'values-mismatch',
            severity: 'warning',
            place,
            message: `The variable ${variable} of ${name} refers to $(${names[0]!}), which the service does not have; Kubernetes keeps it as text.`,
            fix: `Add ${names[0]!} to env or to the keys of a secret, or write $$(${names[0]!}) when the text is meant.`,
          };
    },
  );
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}

/** A way in from outside the cluster behind a network policy that lets no one in. */
function checkWayIn(service: ServiceValues, at: PlaceAt): Finding[] {
  const { name, networkPolicy: policy } = service;
  const opened = [policy?.allowFromNamespaces, policy?.allowFromCIDRs, policy?.ingress];
  if (policy?.enabled !== true || opened.some(isFilled)) return [];
  const type = service.service?.type;
  const ways: [boolean, string, KeyPath][] = [
    [service.ingress?.enabled === true, 'an ingress', ['ingress']],
    [service.httpRoute?.enabled === true, 'an httpRoute', ['httpRoute']],
    [service.grpcRoute?.enabled === true, 'a grpcRoute', ['grpcRoute']],
    [type === 'LoadBalancer' || type === 'NodePort', `a Service of type ${type ?? ''}`, ['service', 'type']],
  ];
  return ways
    .filter(([isThere]) => isThere)
    .map(([, what, keys]): Finding => ({
      code: 'values-mismatch',
      severity: 'warning',
      place: at(...keys),
      message: `${name} has ${what}, but its network policy allows no namespace, so nothing outside can reach it.`,
      fix:
        keys[0] === 'service'
          ? 'Set networkPolicy.allowFromNamespaces to where calls come from, or networkPolicy.enabled to false where they come from no Pod.'
          : 'Set networkPolicy.allowFromNamespaces to the namespace of the ingress controller or gateway, such as [ingress-nginx].',
    }));
}

function read(
  texts: ReadonlyMap<string, string>,
  file: string,
): { source: YamlSource; data: Record<string, unknown> } | undefined {
  const text = texts.get(file);
  if (text === undefined) return undefined;
  try {
    const source = parseYaml(text, file);
    const data: unknown = source.document.toJS();
    return isRecord(data) ? { source, data } : undefined;
  } catch {
    return undefined; // another check says so
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
