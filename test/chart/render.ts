import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findHelm } from '../../src/helm/find-helm.ts';
import { renderChart } from '../../src/helm/render-chart.ts';
import { readManifests, type RenderedDocument } from '../../src/kubernetes/objects.ts';

/** The repository. */
export const root = join(import.meta.dirname, '../..');

/** The chart of the repository. */
export const chartDir = join(root, 'helm/bitiq');

/** The real Helm, looked for once in each test file. */
export const helm = findHelm({ root, progress: (line) => process.stderr.write(`${line}\n`) });

/** Helm before 3.18 words the faults of a schema differently, and has no switch to pass over it. */
export const hasOldSchemaWords = /^v3\.1[4-7](\.|$)/.test((await helm).version);

/** What the chart prints for values files, by path. */
export async function renderFiles(files: readonly string[], chart = chartDir): Promise<string> {
  const { path } = await helm;
  return renderChart({
    helm: path,
    chartDir: chart,
    valuesFiles: files,
    releaseName: 'shop',
    namespace: 'test',
  });
}

/** What the chart prints for a values tree. */
export async function renderText(values: unknown, chart = chartDir): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-chart-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values, { version: '1.1' }));
    return await renderFiles([file], chart);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The documents that the chart renders for a values tree. */
export async function render(values: unknown): Promise<RenderedDocument[]> {
  return readManifests(await renderText(values));
}

/** A service as short as it can be, with more fields on demand. */
export function service(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name, image: { repository: `ghcr.io/bitiq-io/${name}`, tag: 'v0.1.0-0.gabc1234' }, ...more };
}

/** This many services, `service-000` first. */
export function services(count: number, more: Record<string, unknown> = {}): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) =>
    service(`service-${String(index).padStart(3, '0')}`, more),
  );
}

/** A service that uses every field of the schema, so that every kind of object is rendered. */
export const everything = service('everything', {
  image: {
    repository: 'localhost:5000/team/shared-image',
    tag: 'v1.2.3-4.g0123456789abcdef0123456789abcdef01234567',
    pullPolicy: 'Always',
    nameOverride: true,
  },
  replicas: 3,
  port: 9000,
  service: { port: 81, type: 'NodePort', annotations: { 'example.org/a': 'b' } },
  command: ['node'],
  args: ['--enable-source-maps', 'server.js'],
  env: { PLAIN: 'text', NUMBER: '8080', WORD: 'true', LINES: 'a\nb: "c" \\ é 🎈\u0001' },
  secrets: [
    { name: 'database', path: 'shop/database', keys: { DATABASE_URL: 'url', PASSWORD: 'password' } },
    { name: 'all', path: 'shop/all', refreshInterval: '15m' },
  ],
  resources: {
    requests: { cpu: 1, memory: '64Mi', 'ephemeral-storage': '1Gi' },
    limits: { cpu: '500m', memory: '1G' },
  },
  probes: {
    liveness: {
      path: '/live?a=b',
      port: 9001,
      initialDelaySeconds: 1,
      timeoutSeconds: 2,
      successThreshold: 1,
    },
    readiness: null,
  },
  securityContext: {
    runAsUser: 1000620000,
    fsGroup: 2000,
    readOnlyRootFilesystem: false,
    addNetBindService: true,
  },
  writablePaths: ['/tmp', '/var/cache/app'],
  strategy: { type: 'Recreate' },
  terminationGracePeriodSeconds: 0,
  autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4 },
  disruptionBudget: { enabled: true, minAvailable: '50%' },
  networkPolicy: { enabled: true, allowFrom: ['everything'], allowFromNamespaces: ['ingress-nginx'] },
  ingress: {
    enabled: true,
    className: 'nginx',
    host: 'shop.example.org',
    path: '/shop',
    pathType: 'Exact',
    tls: { secretName: 'shop-tls' },
    annotations: { 'example.org/c': 'd' },
  },
  httpRoute: {
    enabled: true,
    parentRefs: [{ name: 'public', namespace: 'gateways', sectionName: 'https', port: 443 }],
    hostnames: ['shop.example.org', '*.shop.example.org'],
    path: '/shop',
    annotations: { 'example.org/e': 'f' },
  },
  serviceAccount: { annotations: { 'example.org/g': 'h' }, automount: true },
  annotations: { 'example.org/i': 'j' },
  podAnnotations: { 'example.org/k': 'l' },
  podLabels: { team: 'shop' },
  nodeSelector: { 'kubernetes.io/arch': 'amd64' },
  tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1000620000 }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 },
  ],
});
