import { paths, type EnvironmentConfig } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import { isDenied } from '../../model/policy.ts';
import type { ServiceDefaults, ServiceValues } from '../../model/values.ts';
import { mergeDefaults } from '../../model/values/merge-defaults.ts';
import type { Tree } from '../../git/tree.ts';
import { setServiceValue } from '../../yaml/set-service-value.ts';
import { parseYaml, type YamlSource } from '../../yaml/source.ts';
import { evaluatePolicies } from '../policy.ts';
import { readNamespaceObject } from '../policy/namespace-object.ts';
import { readDestination } from '../read/read-state.ts';

/**
 * A values file whose entries of these services have two replicas and a disruption budget, where the policies of the tree ask for
 * that in the environment and entry and defaults do not give it; and what was written, such as `replicas: 2`.
 */
export async function meetAvailability(
  tree: Tree,
  values: YamlSource,
  at: { readonly environment: EnvironmentConfig; readonly services: readonly string[]; readonly now: Date },
): Promise<{ readonly values: YamlSource; readonly written: readonly string[] }> {
  if (!(await asksForTwo(tree, at.environment.name, at.now))) return { values, written: [] };
  const chart = (await tree.read([paths.defaults])).get(paths.defaults);
  const standard = chart === undefined ? {} : defaultsOf(parseYaml(chart, paths.defaults));
  const written = new Set<string>();
  let source = values;
  for (const service of at.services) {
    for (const setting of settingsOf(source, service, standard)) {
      source = parseYaml(setServiceValue(source, setting.index, setting), source.file);
      written.add(`${setting.setting.join('.')}: ${setting.value}`);
    }
  }
  return { values: source, written: [...written] };
}

interface Setting {
  readonly index: number;
  readonly setting: readonly string[];
  readonly value: number | boolean;
  readonly after: string;
}

/** What an entry lacks, in the order of writing. */
function settingsOf(source: YamlSource, service: string, standard: ServiceDefaults): Setting[] {
  const data = source.document.toJS() as { readonly services: readonly ServiceValues[] };
  const index = data.services.findIndex(({ name }) => name === service);
  const defaults = mergeDefaults(standard, defaultsOf(source) as ServiceValues);
  const entry = mergeDefaults(defaults, data.services[index]!);
  const isScaled = entry.autoscaling?.enabled === true;
  const pods = (isScaled ? entry.autoscaling?.minReplicas : entry.replicas) ?? 1;
  const counted = isScaled ? ['autoscaling', 'minReplicas'] : ['replicas'];
  const hasOwn = isScaled
    ? 'autoscaling' in data.services[index]!
    : pods < 2 || 'replicas' in data.services[index]!;
  return [
    ...(pods < 2 ? [{ index, setting: counted, value: 2, after: 'image' }] : []),
    ...(entry.disruptionBudget?.enabled === true
      ? []
      : [
          {
            index,
            setting: ['disruptionBudget', 'enabled'],
            value: true,
            after: hasOwn ? counted[0]! : 'image',
          },
        ]),
  ];
}

function defaultsOf(source: YamlSource): ServiceDefaults {
  const found = (source.document.toJS() as { readonly defaults?: ServiceDefaults | null } | null)?.defaults;
  return found ?? {};
}

/** Whether policies deny a Deployment of one Pod in an environment for what one of two with a budget has. Broken policies ask for nothing. */
async function asksForTwo(tree: Tree, environment: string, now: Date): Promise<boolean> {
  try {
    const { namespace } = await readDestination(tree, environment);
    const where = await readNamespaceObject(tree, environment, namespace);
    const denied = async (manifests: string) => {
      const { verdicts } = await evaluatePolicies({ tree, manifests, namespace: where, now });
      return verdicts.filter(isDenied).map(({ policy, message }) => `${policy}: ${message}`);
    };
    const [one, two] = await Promise.all([denied(deployment(1)), denied(`${deployment(2)}---\n${budget}`)]);
    return one.some((each) => !two.includes(each));
  } catch (error) {
    if (error instanceof BitiqError) return false;
    throw error;
  }
}

const deployment = (replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: probe
spec:
  replicas: ${replicas}
  selector:
    matchLabels: {app: probe}
  template:
    metadata:
      labels: {app: probe}
    spec:
      containers: [{name: probe, image: probe}]
`;

const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: probe
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: probe}
`;
