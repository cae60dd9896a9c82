// Writes test/fixtures/kubernetes-schemas.json: the schemas of the kinds that the chart renders, out of pinned Go modules.
// Run `node tools/kubernetes-schemas/extract.js` after raising a version; it needs Go and a module proxy.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const kubernetes = 'k8s.io/kubernetes@v1.34.4';
const kubernetesKinds = [
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.core.v1.ServiceAccount',
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.apps.v1.DaemonSet',
  'io.k8s.api.batch.v1.CronJob',
  'io.k8s.api.batch.v1.Job',
  'io.k8s.api.rbac.v1.Role',
  'io.k8s.api.rbac.v1.RoleBinding',
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'io.k8s.api.policy.v1.PodDisruptionBudget',
  'io.k8s.api.networking.v1.Ingress',
  'io.k8s.api.networking.v1.NetworkPolicy',
];
const customKinds = [
  [
    'github.com/external-secrets/external-secrets@v0.20.4',
    'config/crds/bases/external-secrets.io_externalsecrets.yaml',
    'v1',
  ],
  ['sigs.k8s.io/gateway-api@v1.4.0', 'config/crd/standard/gateway.networking.k8s.io_httproutes.yaml', 'v1'],
  ['sigs.k8s.io/gateway-api@v1.4.0', 'config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml', 'v1'],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.88.0',
    'example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml',
    'v1',
  ],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.88.0',
    'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
    'v1',
  ],
];

const swagger = JSON.parse(
  readFileSync(join(moduleFolder(kubernetes), 'api/openapi-spec/swagger.json'), 'utf8'),
);
const definitions = {};
const kinds = {};
for (const name of kubernetesKinds) {
  const [kind] = swagger.definitions[name]['x-kubernetes-group-version-kind'];
  kinds[[kind.group, kind.version].filter(Boolean).join('/') + '/' + kind.kind] = {
    $ref: `#/definitions/${name}`,
  };
  collect(name);
}
for (const [module, file, version] of customKinds) {
  const crd = parse(readFileSync(join(moduleFolder(module), file), 'utf8'));
  const served = crd.spec.versions.find((candidate) => candidate.name === version);
  const schema = strict(served.schema.openAPIV3Schema);
  schema.properties.metadata = { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
  kinds[`${crd.spec.group}/${version}/${crd.spec.names.kind}`] = schema;
}
definitions['io.k8s.apimachinery.pkg.api.resource.Quantity'] = { type: ['string', 'number'] }; // what the API reads
const sources = [...new Set([kubernetes, ...customKinds.map(([module]) => module)])];
const target = join(import.meta.dirname, '../../test/fixtures/kubernetes-schemas.json');
writeFileSync(target, `${JSON.stringify({ sources, kinds, definitions })}\n`);

function moduleFolder(module) {
  return JSON.parse(execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8' })).Dir;
}

function collect(name) {
  if (definitions[name]) return;
  definitions[name] = strict(swagger.definitions[name]);
  for (const [, other] of JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g))
    collect(other);
}

// Without prose, and without room for keys that Kubernetes would drop or refuse.
function strict(node) {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== 'object' || node === null) return node;
  if (node['x-kubernetes-int-or-string'] || node.format === 'int-or-string')
    return { type: ['integer', 'string'] };
  const kept = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties') kept[key] = mapValues(value, strict);
    else if (
      !(key === 'description' && typeof value === 'string') &&
      !key.startsWith('x-') &&
      key !== 'default'
    )
      kept[key] = strict(value);
  }
  const open = node['x-kubernetes-preserve-unknown-fields'] || node.additionalProperties;
  if (kept.properties && !open) kept.additionalProperties = false;
  return kept;
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
