import { isMap, isScalar, isSeq, type Node } from 'yaml';
import type { ErrorCode } from '../model/error-catalogue/catalogue.ts';
import { closest } from '../model/did-you-mean.ts';
import type { Finding } from '../model/finding.ts';
import { nodeAt, placeOf, placeOfKey, printKeyPath, type KeyPath, type YamlSource } from '../yaml/source.ts';

/** The fields of the objects that deliver environments, as far as they are written by hand; a test compares them with the definitions of Argo CD and of the External Secrets Operator. */
export const deliveryFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Application: {
    spec: 'destination:object ignoreDifferences:array info:array project:string revisionHistoryLimit:integer source:object sourceHydrator:object sources:array syncPolicy:object',
    'spec.source':
      'chart:string directory:object helm:object kustomize:object name:string path:string plugin:object ref:string repoURL:string targetRevision:string',
    'spec.source.helm':
      'apiVersions:array fileParameters:array ignoreMissingValueFiles:boolean kubeVersion:string namespace:string parameters:array passCredentials:boolean releaseName:string skipCrds:boolean skipSchemaValidation:boolean skipTests:boolean valueFiles:array values:string valuesObject:object version:string',
    'spec.source.directory': 'exclude:string include:string jsonnet:object recurse:boolean',
    'spec.destination': 'name:string namespace:string server:string',
    'spec.syncPolicy': 'automated:object managedNamespaceMetadata:object retry:object syncOptions:array',
    'spec.syncPolicy.automated': 'allowEmpty:boolean enabled:boolean prune:boolean selfHeal:boolean',
    'spec.syncPolicy.retry': 'backoff:object limit:integer refresh:boolean',
    'spec.syncPolicy.retry.backoff': 'duration:string factor:integer maxDuration:string',
    'spec.syncPolicy.managedNamespaceMetadata': 'annotations:object labels:object',
    'spec.ignoreDifferences[]':
      'group:string jqPathExpressions:array jsonPointers:array kind:string managedFieldsManagers:array name:string namespace:string',
  },
  AppProject: {
    spec: 'clusterResourceBlacklist:array clusterResourceWhitelist:array description:string destinationServiceAccounts:array destinations:array namespaceResourceBlacklist:array namespaceResourceWhitelist:array orphanedResources:object permitOnlyProjectScopedClusters:boolean roles:array signatureKeys:array sourceNamespaces:array sourceRepos:array syncWindows:array',
    'spec.destinations[]': 'name:string namespace:string server:string',
    'spec.namespaceResourceBlacklist[]': 'group:string kind:string',
    'spec.namespaceResourceWhitelist[]': 'group:string kind:string',
  },
  ClusterSecretStore: {
    spec: 'conditions:array controller:string provider:object refreshInterval:integer retrySettings:object',
    'spec.conditions[]': 'namespaceRegexes:array namespaceSelector:object namespaces:array',
    'spec.provider.vault':
      'auth:object caBundle:string caProvider:object checkAndSet:object forwardInconsistent:boolean headers:object namespace:string path:string readYourWrites:boolean server:string tls:object version:string',
    'spec.provider.vault.auth':
      'appRole:object cert:object gcp:object iam:object jwt:object kubernetes:object ldap:object namespace:string tokenSecretRef:object userPass:object',
    'spec.provider.vault.auth.kubernetes':
      'mountPath:string role:string secretRef:object serviceAccountRef:object',
    'spec.provider.vault.auth.kubernetes.serviceAccountRef': 'audiences:array name:string namespace:string',
    'spec.provider.vault.caProvider': 'key:string name:string namespace:string type:string',
  },
};

/**
 * Findings about fields that an Application, AppProject or ClusterSecretStore does not have, which a cluster drops without a
 * word, and about values of another type. A field that looks like none of the known ones may be newer, and is a warning.
 */
export function checkDeliveryFields(source: YamlSource, kind: string, code: ErrorCode): Finding[] {
  return Object.entries(deliveryFields[kind] ?? {}).flatMap(([path, list]) => {
    const fields = new Map(list.split(' ').map((field) => field.split(':') as [string, string]));
    return mapsAt(source, path).flatMap((at) => checkMap(source, at, { fields, kind, code }));
  });
}

interface Expected {
  readonly fields: ReadonlyMap<string, string>;
  readonly kind: string;
  readonly code: ErrorCode;
}

function checkMap(source: YamlSource, at: KeyPath, { fields, kind, code }: Expected): Finding[] {
  const map = nodeAt(source, at);
  if (!isMap(map)) return [];
  return map.items.flatMap(({ key, value }): Finding[] => {
    const name = isScalar(key) ? String(key.value) : '';
    const type = fields.get(name);
    if (type === undefined) {
      const near = closest(name, fields.keys());
      return [
        {
          code,
          severity: near === undefined ? 'warning' : 'error',
          place: placeOfKey(source, [...at, name]),
          message: `${source.file}: ${kind} has no field ${JSON.stringify(name)} at ${printKeyPath(at)}, so a cluster drops it.`,
          fix:
            near === undefined
              ? `There are: ${[...fields.keys()].slice(0, 12).join(', ')}.`
              : `Did you mean ${near}?`,
        },
      ];
    }
    const found = typeOf(value as Node | null);
    if (found === type || found === 'empty') return [];
    return [
      {
        code,
        severity: 'error',
        place: placeOf(source, [...at, name]),
        message: `${source.file}: ${printKeyPath([...at, name])} must be of the type ${type}, and is ${found}.`,
        fix: type === 'string' ? 'Put it in quotes.' : 'Correct the value at the place shown.',
      },
    ];
  });
}

function typeOf(node: Node | null): string {
  if (isMap(node)) return 'object';
  if (isSeq(node)) return 'array';
  const value: unknown = isScalar(node) ? node.value : null;
  if (value === null) return 'empty';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** The key paths of the maps that a path such as `spec.destinations[]` means. */
function mapsAt(source: YamlSource, path: string): KeyPath[] {
  return path.split('.').reduce<KeyPath[]>(
    (found, part) => {
      const key = part.replace('[]', '');
      const below = found.map((at) => [...at, key]);
      if (key === part) return below;
      return below.flatMap((at) => {
        const list = nodeAt(source, at);
        return isSeq(list) ? list.items.map((_, index) => [...at, index]) : [];
      });
    },
    [[]],
  );
}
