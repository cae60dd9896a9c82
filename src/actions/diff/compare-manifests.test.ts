import { describe, expect, it } from 'vitest';
import { compareManifests } from './compare-manifests.ts';

const services = new Set(['web', 'api']);

function object(kind: string, name: string, options: { id?: string; rest?: string; service?: string } = {}) {
  return [
    '---',
    '# Source: bitiq/templates/services.yaml',
    'apiVersion: v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: "${name}"`,
    '  labels:',
    `    app.kubernetes.io/name: "${options.service ?? name}"`,
    `    bitiq.io/release-id: "${options.id ?? 'aaa'}"`,
    options.rest ?? 'spec:\n  replicas: 1',
    '',
  ].join('\n');
}

describe('compareManifests', () => {
  it('orders by service, tells the stamps of the release once, and counts what is the same', () => {
    const before = [
      object('ConfigMap', 'bitiq-combination', { rest: 'data:\n  web: "1"', service: 'bitiq' }),
      object('Service', 'web'),
      object('Deployment', 'web'),
      object('Deployment', 'api'),
    ];
    const after = [
      object('ConfigMap', 'bitiq-combination', { rest: 'data:\n  web: "2"', service: 'bitiq', id: 'bbb' }),
      object('Service', 'web', { id: 'bbb' }),
      object('Deployment', 'web', { id: 'bbb', rest: 'spec:\n  replicas: 2' }),
      object('Ingress', 'api', { id: 'bbb' }),
    ];
    expect(compareManifests(before.join(''), after.join(''), services)).toEqual({
      objects: [
        { object: 'Deployment/api', service: 'api', kind: 'removed', fields: [] },
        { object: 'Ingress/api', service: 'api', kind: 'added', fields: [] },
        {
          object: 'Deployment/web',
          service: 'web',
          kind: 'changed',
          fields: [{ path: 'spec.replicas', before: 1, after: 2 }],
        },
        {
          object: 'ConfigMap/bitiq-combination',
          service: undefined,
          kind: 'changed',
          fields: [{ path: 'data.web', before: '1', after: '2' }],
        },
      ],
      stamps: [{ key: 'bitiq.io/release-id', before: 'aaa', after: 'bbb', objects: 3 }],
      same: 1,
    });
  });

  it('takes other comments, quotes and order of keys for the same', () => {
    const before = object('Service', 'web', { rest: 'spec:\n  a: "x"\n  b: 1' });
    const after = object('Service', 'web', { rest: 'spec:\n  b: 1 # one\n  a: x' });
    expect(compareManifests(before, after, services)).toEqual({ objects: [], stamps: [], same: 1 });
  });

  it('does not take a line inside a text for a stamp', () => {
    const withText = (id: string) =>
      object('Service', 'web').replace(
        '  labels:',
        `  annotations:\n    note: |\n      x\n    bitiq.io/release-id: "${id}"\n  labels:`,
      );
    const inData = (id: string) =>
      object('ConfigMap', 'web', { rest: `data:\n  file: |\n    bitiq.io/release-id: "${id}"` });
    for (const make of [withText, inData]) {
      const found = compareManifests(make('a'), make('b'), services);
      expect(found.objects).toHaveLength(1);
      expect(found.stamps).toEqual([]);
    }
  });

  it('never shows what is in a Secret', () => {
    const secret = (value: string) => object('Secret', 'web', { rest: `data:\n  key: "${value}"` });
    const found = compareManifests(secret('geheim1'), secret('geheim2'), services);
    expect(found.objects[0]?.fields).toEqual([{ path: 'data.key', before: '(hidden)', after: '(hidden)' }]);
    expect(JSON.stringify(found)).not.toContain('geheim');
  });

  it('keeps objects apart that have one kind and name in two namespaces', () => {
    const both = (replicas: number) =>
      object('Deployment', 'web') + object('Deployment', 'web', { rest: `spec:\n  replicas: ${replicas}` });
    expect(compareManifests(both(1), both(2), services).objects).toMatchObject([
      { object: 'Deployment/web (2)' },
    ]);
  });
});
