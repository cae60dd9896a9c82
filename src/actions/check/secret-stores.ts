import { isMap, isSeq, type YAMLSeq } from 'yaml';
import { paths, type Config } from '../../model/config.ts';
import type { Place } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { Tree } from '../../git/tree.ts';
import { checkDeliveryFields } from '../../kubernetes/delivery-fields.ts';
import { parseYaml, placeOf, type KeyPath, type YamlSource } from '../../yaml/source.ts';
import { errorAt, collectFindings } from './collect.ts';
import { checkExpected } from './expected-values.ts';
import { readApplication, readValues } from '../read/read-state.ts';

/**
 * Findings about the stores that secrets come from: each is a ClusterSecretStore of its own, the one that the values of its
 * environment name, and serves the environment's namespace; and there is one where services use secrets.
 */
export async function checkSecretStores(tree: Tree, config: Config): Promise<Finding[]> {
  const files = config.environments.map(({ name }) => paths.secretStore(name));
  const texts = await tree.read([paths.defaults, ...files]);
  const defaults = texts.get(paths.defaults) ?? '';
  const first = new Map<unknown, string>();
  const parts: (readonly Finding[])[] = [];
  for (const { name } of config.environments) {
    const file = paths.secretStore(name);
    const text = texts.get(file);
    parts.push(
      await collectFindings(async () => {
        if (text === undefined) return checkNeed(tree, name, defaults);
        const store = parseYaml(text, file);
        return [
          ...checkDeliveryFields(store, 'ClusterSecretStore', 'delivery-mismatch'),
          ...checkShape(store, name, first),
          ...(await checkUse(tree, { environment: name, store, defaults })),
        ];
      }),
    );
  }
  return parts.flat();
}

function checkShape(store: YamlSource, environment: string, first: Map<unknown, string>): Finding[] {
  const expected: readonly (readonly [KeyPath, string])[] = [
    [['apiVersion'], 'external-secrets.io/v1'],
    [['kind'], 'ClusterSecretStore'],
  ];
  const wrong = checkExpected(store, expected, {
    code: 'delivery-mismatch',
    say: (key, is) => `${store.file}: ${key} is ${is}.`,
  });
  const at = ['metadata', 'name'];
  const name: unknown = store.document.getIn(at);
  const earlier = first.get(name);
  if (earlier === undefined) first.set(name, environment);
  if (earlier === undefined) return wrong;
  const message = `${store.file} makes the store ${String(name)}, which is already the one of ${earlier}: a cluster has only one store of that name.`;
  return [
    ...wrong,
    errorAt(placeOf(store, at), 'delivery-mismatch', message, 'Give each environment its own.'),
  ];
}

/** The name of the store that the services of an environment ask, with its place; undefined for one that the namespace's owner makes. */
async function readWanted(
  tree: Tree,
  environment: string,
  defaults: string,
): Promise<{ name: unknown; place: Place; file: string; isUsed: boolean; isOwn: boolean } | undefined> {
  const values = await readValues(tree, environment);
  const standard = defaults === '' ? undefined : parseYaml(defaults, paths.defaults).document;
  const read = (key: string): unknown =>
    values.document.getIn(['secretStore', key]) ?? standard?.getIn(['secretStore', key]);
  if (read('kind') === 'SecretStore') return undefined;
  const services: unknown = values.document.get('services');
  const asks = (service: unknown) =>
    isMap(service) && isSeq(service.get('secrets')) && (service.get('secrets') as YAMLSeq).items.length > 0;
  const isUsed = isSeq(services) && services.items.some(asks);
  const place = placeOf(values, ['secretStore', 'name']);
  const isOwn = values.document.getIn(['secretStore', 'name']) !== undefined;
  return { name: read('name'), place, file: values.file, isUsed, isOwn };
}

async function checkNeed(tree: Tree, environment: string, defaults: string): Promise<Finding[]> {
  const wanted = await readWanted(tree, environment, defaults);
  if (wanted === undefined || !wanted.isUsed) return [];
  const file = paths.secretStore(environment);
  return [
    errorAt(
      wanted.place,
      'delivery-mismatch',
      `Services of ${environment} use secrets, and ${file} is missing.`,
      `Write ${file} with a ClusterSecretStore named ${String(wanted.name)}.`,
    ),
  ];
}

async function checkUse(
  tree: Tree,
  {
    environment,
    store,
    defaults,
  }: { readonly environment: string; readonly store: YamlSource; readonly defaults: string },
): Promise<Finding[]> {
  const wanted = await readWanted(tree, environment, defaults);
  if (wanted === undefined) return [];
  const { file } = store;
  const found: unknown = store.document.getIn(['metadata', 'name']);
  if (found !== wanted.name && (wanted.isUsed || wanted.isOwn)) {
    const message = `${file} makes the store ${String(found)}; the services of ${environment} use ${String(wanted.name)}.`;
    const fix = `Give both one name: secretStore.name in ${wanted.file}.`;
    return [errorAt(placeOf(store, ['metadata', 'name']), 'delivery-mismatch', message, fix)];
  }
  const application = await readApplication(tree, environment);
  const namespace: unknown = application.document.getIn(['spec', 'destination', 'namespace']);
  const { conditions } =
    (store.document.toJS() as { spec?: { conditions?: { namespaces?: unknown[] }[] } }).spec ?? {};
  if (!Array.isArray(conditions) || conditions.some((each) => serves(each, namespace))) return [];
  return [
    errorAt(
      placeOf(store, ['spec', 'conditions']),
      'delivery-mismatch',
      `${file} does not serve the namespace ${String(namespace)} of ${environment}.`,
      `Add ${String(namespace)} to spec.conditions.`,
    ),
  ];
}

/** A condition by labels or by patterns may serve it. */
function serves(condition: unknown, namespace: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return false;
  if ('namespaceSelector' in condition || 'namespaceRegexes' in condition) return true;
  return (
    'namespaces' in condition &&
    Array.isArray(condition.namespaces) &&
    condition.namespaces.includes(namespace)
  );
}
