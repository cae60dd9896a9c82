import type { EnvironmentEntry, NamedValues } from './rendering.ts';

/** One entry of a container's `env` (Kubernetes API, core/v1 EnvVar). */
export interface RenderedEnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly configMapKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: unknown;
  };
}

/** One entry of a container's `envFrom` (Kubernetes API, core/v1 EnvFromSource). */
export interface RenderedEnvFrom {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name: string; readonly optional?: boolean };
}

type Refuse = (reason: string) => Error;

/** Reads `envFrom` and `env` in the order in which Kubernetes lets them win; what no object of the rendering gives is refused. */
export function readVariables(
  container: { readonly env?: readonly RenderedEnvVar[]; readonly envFrom?: readonly RenderedEnvFrom[] },
  values: NamedValues,
  service: string,
  refuse: Refuse,
): EnvironmentEntry[] {
  return [
    ...(container.envFrom ?? []).flatMap((source) => readSource(source, values, refuse)),
    ...(container.env ?? []).flatMap((variable) => readVariable(variable, values, service, refuse)),
  ];
}

function readSource(source: RenderedEnvFrom, values: NamedValues, refuse: Refuse): EnvironmentEntry[] {
  const prefix = source.prefix ?? '';
  if (source.configMapRef !== undefined) {
    const { name, optional } = source.configMapRef;
    const data = values.configMaps.get(name);
    if (data === undefined && optional !== true)
      throw refuse(`takes its environment from ConfigMap ${name}, which is not rendered`);
    return literals(data ?? {}, prefix);
  }
  if (source.secretRef === undefined) return [];
  const { name, optional = false } = source.secretRef;
  const data = values.secrets.get(name);
  if (data !== undefined) return literals(data, prefix);
  const keys = values.externalSecrets.get(name);
  if (keys === undefined) return [{ kind: 'all-secrets', prefix, optional }];
  return keys.map((key) => ({ kind: 'secret', name: prefix + key, key, optional }));
}

function readVariable(
  variable: RenderedEnvVar,
  values: NamedValues,
  service: string,
  refuse: Refuse,
): EnvironmentEntry[] {
  const { name, value, valueFrom } = variable;
  if (valueFrom === undefined) return [{ kind: 'value', name, value: value ?? '' }];
  if (valueFrom.configMapKeyRef !== undefined) {
    const { name: configMap, key, optional } = valueFrom.configMapKeyRef;
    const found = values.configMaps.get(configMap)?.[key];
    if (found !== undefined) return [{ kind: 'value', name, value: found }];
    if (optional === true) return [];
    throw refuse(`takes ${name} from key ${key} of ConfigMap ${configMap}, which is not rendered`);
  }
  if (valueFrom.secretKeyRef !== undefined) {
    const { name: secret, key, optional = false } = valueFrom.secretKeyRef;
    const found = values.secrets.get(secret)?.[key];
    return [
      found === undefined ? { kind: 'secret', name, key, optional } : { kind: 'value', name, value: found },
    ];
  }
  const field = valueFrom.fieldRef?.fieldPath;
  if (field === 'metadata.name') return [{ kind: 'value', name, value: service }];
  if (field === 'status.podIP' || field === 'status.hostIP')
    return [{ kind: 'value', name, value: '127.0.0.1' }];
  throw refuse(`takes ${name} from ${field === undefined ? 'resourceFieldRef' : `the field ${field}`}`);
}

function literals(data: Readonly<Record<string, string>>, prefix: string): EnvironmentEntry[] {
  return Object.entries(data).map(([key, value]) => ({ kind: 'value', name: prefix + key, value }));
}
