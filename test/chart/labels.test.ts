import { describe, expect, it } from 'vitest';
import { releaseId } from '../../src/model/combination.ts';
import { everything } from './every-field.ts';
import { render, service } from './render.ts';

const plain = service('plain');
const documents = await render({ environment: 'dev', services: [everything, plain] });
const combination = new Map([
  ['everything', 'v1.2.3-4.g0123456789abcdef0123456789abcdef01234567'],
  ['plain', 'v0.1.0-0.gabc1234'],
]);
const ofServices = documents.filter(({ kind }) => kind !== 'ConfigMap');

describe('every object', () => {
  it('is one of the kinds that the chart is for', () => {
    expect([...new Set(documents.map(({ kind }) => kind))].sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'ExternalSecret',
      'GRPCRoute',
      'HTTPRoute',
      'HorizontalPodAutoscaler',
      'Ingress',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PodDisruptionBudget',
      'Role',
      'RoleBinding',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]);
  });

  it('has a name of its own within its kind', () => {
    const keys = documents.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has Kubernetes' recommended labels", () => {
    for (const { object, kind } of documents) {
      expect(object.metadata.labels, kind).toMatchObject({
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/part-of': 'bitiq',
        'app.kubernetes.io/managed-by': 'Helm',
        'helm.sh/chart': expect.stringMatching(/^bitiq-\d+\.\d+\.\d+/),
      });
    }
  });

  it("of a service carries the service's name, and a Deployment also its own tag", () => {
    for (const { object, key, kind } of ofServices) {
      const name = object.metadata.labels?.['app.kubernetes.io/name'] ?? '';
      expect(combination.has(name), key).toBe(true);
      expect(object.metadata.name === name || object.metadata.name.startsWith(`${name}-`), key).toBe(true);
      const version = kind === 'Deployment' ? combination.get(name) : undefined;
      expect(object.metadata.labels?.['app.kubernetes.io/version'], key).toBe(version);
    }
  });

  it('but the ConfigMap of the combination says nothing about the release', () => {
    for (const { text, key } of ofServices) {
      expect(text, key).not.toMatch(/release-id|composite/);
      expect(text, key).not.toContain(releaseId(combination));
    }
    const labels = documents.find(({ kind }) => kind === 'ConfigMap')?.object.metadata.labels;
    expect(labels?.['bitiq.io/release-id']).toBe(releaseId(combination));
  });

  it('has label values that Kubernetes takes', () => {
    for (const { object } of documents) {
      for (const value of Object.values(object.metadata.labels ?? {})) {
        expect(value).toMatch(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
      }
    }
  });
});

describe('selectors', () => {
  it('use only name and instance, and fit the Pods', () => {
    for (const name of combination.keys()) {
      const selector = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'shop' };
      const deployment = specOf('Deployment', name);
      expect(deployment.selector).toEqual({ matchLabels: selector });
      expect(deployment.template.metadata.labels).toMatchObject(selector);
      expect(specOf('Service', name).selector).toEqual(selector);
      expect(specOf('NetworkPolicy', name).podSelector).toEqual({ matchLabels: selector });
    }
    expect(specOf('PodDisruptionBudget', 'everything').selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'everything',
      'app.kubernetes.io/instance': 'shop',
    });
  });
});

describe('a Pod template', () => {
  it('says nothing about the other services, the release or the chart', () => {
    const text = JSON.stringify(specOf('Deployment', 'plain').template);
    expect(text).not.toMatch(/everything|release-id|composite|helm\.sh|managed-by|checksum/);
    expect(text).not.toContain(releaseId(combination));
  });

  it('fits the "restricted" Pod security standard, whatever the service chooses', () => {
    for (const name of combination.keys()) {
      const pod = specOf('Deployment', name).template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC).toBeUndefined();
      for (const { securityContext } of pod.containers) {
        expect(securityContext.allowPrivilegeEscalation).toBe(false);
        expect(securityContext.capabilities.drop).toEqual(['ALL']);
        expect(['NET_BIND_SERVICE']).toEqual(expect.arrayContaining(securityContext.capabilities.add ?? []));
      }
    }
  });
});

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests say what stands there
function specOf(kind: string, name: string): any {
  return documents.find((document) => document.kind === kind && document.name === name)?.object['spec'];
}
