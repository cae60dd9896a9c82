import type { KubernetesObject } from '../kubernetes/objects.ts';
import { toCel } from '../cel/kubernetes.ts';
import { groupVersionOf, isClusterScoped, resourceOf } from '../kubernetes/kinds.ts';

/** The user who requests an object, as admission requests name them. */
export interface UserInfo {
  readonly username?: string | undefined;
  readonly uid?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly extra?: unknown;
}

/** A namespace, as far as policies look at it. */
export interface NamespaceObject {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** One object with everything that a policy may read about the request that would create it. */
export interface Subject {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly apiVersion: string;
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** The plural, such as `deployments`. */
  readonly resource: string;
  readonly name: string;
  /** Empty for an object outside namespaces. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The object as CEL takes it, with its namespace filled in. */
  readonly value: unknown;
  readonly namespaceObject: NamespaceObject | undefined;
  readonly user: UserInfo;
}

export interface SubjectOptions {
  /** The namespace of objects that name none. */
  readonly namespace: string;
  readonly namespaceObject?: ((name: string) => NamespaceObject | undefined) | undefined;
  readonly operation?: Subject['operation'] | undefined;
  readonly user?: UserInfo | undefined;
}

/** The subject of policies for an object, as if it were applied now. */
export function subjectOf(object: KubernetesObject, options: SubjectOptions): Subject {
  const { apiVersion, kind } = object;
  const namespace = isClusterScoped(kind) ? '' : (object.metadata.namespace ?? options.namespace);
  const value = toCel(withoutEmptyMaps(object, namespace));
  return {
    operation: options.operation ?? 'CREATE',
    apiVersion,
    kind,
    ...groupVersionOf(apiVersion),
    resource: resourceOf(kind),
    name: object.metadata.name,
    namespace,
    labels: object.metadata.labels ?? {},
    value,
    namespaceObject: namespace === '' ? undefined : options.namespaceObject?.(namespace),
    user: options.user ?? {},
  };
}

/** As the API server reads it: with the namespace filled in, and empty labels or annotations as empty maps. */
function withoutEmptyMaps(object: KubernetesObject, namespace: string): KubernetesObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  if (namespace !== '') metadata['namespace'] = namespace;
  for (const key of ['labels', 'annotations']) if (metadata[key] === null) metadata[key] = {};
  return { ...object, metadata: metadata as KubernetesObject['metadata'] };
}

/** The admission request for a subject, which expressions read as `request`. */
export function requestOf(subject: Subject): Record<string, unknown> {
  const { group, version, kind, resource, name, namespace, operation, value, user } = subject;
  const type = { group, version, kind };
  const plural = { group, version, resource };
  return {
    uid: '',
    kind: type,
    resource: plural,
    subResource: '',
    requestKind: type,
    requestResource: plural,
    requestSubResource: '',
    name,
    namespace,
    operation,
    userInfo: toCel(
      Object.fromEntries(Object.entries(user).filter(([, field]) => field !== undefined && field !== '')),
    ),
    object: operation === 'DELETE' ? null : value,
    oldObject: operation === 'CREATE' ? null : value,
    dryRun: false,
    options: null,
  };
}
