const irregular: Readonly<Record<string, string>> = { Endpoints: 'endpoints', PodMetrics: 'pods' };

const clusterScoped = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterExternalSecret',
  'ClusterIssuer',
  'ClusterPolicy',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'CustomResourceDefinition',
  'FlowSchema',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingPolicy',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** The plural by which the API server and policies name a kind, such as `networkpolicies`; by English rules for kinds of others. */
export function resourceOf(kind: string): string {
  const known = irregular[kind];
  if (known !== undefined) return known;
  const name = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(name)) return `${name}es`;
  if (/[^aeiou]y$/.test(name)) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}

/** Whether objects of a kind are outside namespaces; objects of an unknown kind are in one. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.has(kind);
}

/** Group and version of an apiVersion; the group of the core is the empty text. */
export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
