import { describe, expect, it } from 'vitest';
import { readRendering } from './read-rendering.ts';

function deployment(container: object = {}, pod: object = {}): string {
  return `---\n${JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders' },
    spec: {
      template: {
        metadata: { labels: { app: 'orders', tier: 'back' } },
        spec: {
          containers: [{ image: 'localhost:5000/shop/orders:v1.2.3-4.gabcdef0', ...container }],
          ...pod,
        },
      },
    },
  })}\n`;
}

function object(kind: string, name: string, rest: object): string {
  const apiVersion = kind === 'ExternalSecret' ? 'external-secrets.io/v1' : 'v1';
  return `---\n${JSON.stringify({ apiVersion, kind, metadata: { name }, ...rest })}\n`;
}

const port = { ports: [{ name: 'http', containerPort: 8080 }] };

describe('readRendering', () => {
  it('reads a Deployment with the defaults of Kubernetes', () => {
    const [workload] = readRendering(
      deployment({ ...port, readinessProbe: { httpGet: { port: 'http' } } }),
    ).workloads;
    expect(workload).toMatchObject({
      service: 'orders',
      repository: 'localhost:5000/shop/orders',
      tag: 'v1.2.3-4.gabcdef0',
      replicas: 1,
      port: 8080,
      grace: 30,
      readiness: {
        check: { kind: 'http', path: '/', scheme: 'http', headers: {} },
        initialDelay: 0,
        period: 10,
        timeout: 1,
        successThreshold: 1,
        failureThreshold: 3,
      },
    });
  });

  it('reads tcp and exec probes', () => {
    const probes = {
      ...port,
      startupProbe: { tcpSocket: { port: 8080 } },
      livenessProbe: { exec: { command: ['check'] } },
    };
    const [workload] = readRendering(deployment(probes)).workloads;
    expect(workload?.startup?.check).toEqual({ kind: 'tcp' });
    expect(workload?.liveness?.check).toEqual({ kind: 'exec', command: ['check'] });
  });

  it('finds the service behind a Service by its selector', () => {
    const service = object('Service', 'shop', {
      spec: { selector: { app: 'orders' }, ports: [{ port: 81 }] },
    });
    const other = object('Service', 'other', { spec: { selector: { app: 'x' }, ports: [{ port: 80 }] } });
    expect(readRendering(deployment(port) + service + other).peers).toEqual([
      { host: 'shop', namespace: undefined, port: 81, service: 'orders' },
    ]);
  });

  it('reads environment from ConfigMaps, Secrets and ExternalSecrets, in the order in which they win', () => {
    const objects =
      object('ConfigMap', 'settings', { data: { COLOUR: 'green', SIZE: 'big' } }) +
      object('Secret', 'plain', {
        data: { KEY: Buffer.from('value').toString('base64') },
        stringData: { TEXT: 'text' },
      }) +
      object('ExternalSecret', 'db', {
        spec: { target: { name: 'db-secret' }, data: [{ secretKey: 'PASSWORD' }] },
      }) +
      object('ExternalSecret', 'whole', { spec: { dataFrom: [{ extract: { key: 'a' } }] } });
    const container = {
      envFrom: [
        { configMapRef: { name: 'settings' }, prefix: 'P_' },
        { secretRef: { name: 'plain' } },
        { secretRef: { name: 'db-secret' } },
        { secretRef: { name: 'whole', optional: true } },
        { configMapRef: { name: 'absent', optional: true } },
      ],
      env: [
        { name: 'A' },
        { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'COLOUR' } } },
        { name: 'PW', valueFrom: { secretKeyRef: { name: 'db-secret', key: 'PASSWORD' } } },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
    };
    expect(readRendering(objects + deployment(container)).workloads[0]?.environment).toEqual([
      { kind: 'value', name: 'P_COLOUR', value: 'green' },
      { kind: 'value', name: 'P_SIZE', value: 'big' },
      { kind: 'value', name: 'KEY', value: 'value' },
      { kind: 'value', name: 'TEXT', value: 'text' },
      { kind: 'secret', name: 'PASSWORD', key: 'PASSWORD', optional: false },
      { kind: 'all-secrets', prefix: '', optional: true },
      { kind: 'value', name: 'A', value: '' },
      { kind: 'value', name: 'COLOUR', value: 'green' },
      { kind: 'secret', name: 'PW', key: 'PASSWORD', optional: false },
      { kind: 'value', name: 'NAME', value: 'orders' },
    ]);
  });

  it('has the same digest for the same Pod template, whatever stands on the object itself', () => {
    const labelled = deployment(port).replace(
      '"name":"orders"}',
      '"name":"orders","labels":{"bitiq.io/release-id":"1"}}',
    );
    const [a, b, c] = [deployment(port), labelled, deployment()].map(
      (text) => readRendering(text).workloads[0]?.templateDigest,
    );
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });

  it.each([
    [
      'two containers',
      deployment({}, { containers: [{ image: 'a:1' }, { image: 'b:1' }] }),
      'has 2 containers in its Pod',
    ],
    ['init containers', deployment({}, { initContainers: [{}] }), 'has init containers'],
    [
      'a mounted Secret',
      deployment({}, { volumes: [{ name: 'keys', secret: {} }] }),
      'mounts the volume keys (secret)',
    ],
    [
      'an image without a tag',
      deployment({ image: 'shop/orders' }),
      'names its image without a tag (shop/orders)',
    ],
    ['an image by digest', deployment({ image: 'a/b@sha256:00' }), 'names its image without a tag'],
    [
      'two ports',
      deployment({ ports: [{ containerPort: 1 }, { containerPort: 2 }] }),
      'has 2 container ports',
    ],
    ['a postStart hook', deployment({ lifecycle: { postStart: {} } }), 'has a postStart hook'],
    [
      'a probe of another port',
      deployment({ ...port, readinessProbe: { httpGet: { port: 9 } } }),
      'has a readinessProbe that asks port 9',
    ],
    [
      'a gRPC probe',
      deployment({ ...port, livenessProbe: { grpc: { port: 1 } } }),
      'livenessProbe that is neither httpGet',
    ],
    [
      'an absent ConfigMap',
      deployment({ envFrom: [{ configMapRef: { name: 'no' } }] }),
      'ConfigMap no, which is not rendered',
    ],
    [
      'a resource field',
      deployment({ env: [{ name: 'CPU', valueFrom: { resourceFieldRef: {} } }] }),
      'takes CPU from resourceFieldRef',
    ],
  ])('leaves %s to a cluster, with the reason, and reads the rest', (_, manifests, reason) => {
    const other = deployment(port).replaceAll('orders', 'shop');
    const { workloads, unsupported } = readRendering(manifests + other);
    expect(workloads.map(({ service }) => service)).toEqual(['shop']);
    expect(unsupported).toEqual([{ service: 'orders', tag: '', reason: expect.stringContaining(reason) }]);
  });

  it('reads StatefulSets and DaemonSets as Deployments, and leaves CronJobs and Jobs to a cluster', () => {
    const metadata = {
      name: 'migrate-0123abcd',
      labels: { 'app.kubernetes.io/name': 'migrate', 'app.kubernetes.io/version': 'v1.0.0-0.gabcdef0' },
    };
    const job = `---\n${JSON.stringify({ apiVersion: 'batch/v1', kind: 'Job', metadata })}\n`;
    const store = deployment(port).replace('"Deployment"', '"StatefulSet"').replaceAll('orders', 'store');
    const agent = deployment(port).replace('"Deployment"', '"DaemonSet"').replaceAll('orders', 'agent');
    const { workloads, unsupported } = readRendering(store + job + agent);
    expect(workloads.map(({ service }) => service)).toEqual(['store', 'agent']);
    expect(unsupported).toEqual([
      { service: 'migrate', tag: 'v1.0.0-0.gabcdef0', reason: 'It is a Job, which only a cluster runs.' },
    ]);
  });
});
