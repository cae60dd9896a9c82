import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { diffObjects } from '../../src/model/object-diff.ts';
import { everything, otherKinds } from '../chart/every-field.ts';
import { renderText, service } from '../chart/render.ts';
import { root } from '../kit/gitops-repository.ts';
import { customResourceDefaults, definitions, hasGo } from '../kit/module-schemas.ts';
import { switchedImageUpdater } from '../kit/switched-image-updater.ts';

interface Resource {
  readonly apiVersion: string;
  readonly kind: keyof typeof definitions;
  readonly metadata: { readonly name: string };
}

/** What is written for a cluster, by where it comes from. */
const written = {
  'the chart': async () =>
    renderText({
      environment: 'dev',
      services: [
        everything,
        ...otherKinds,
        service('plain', { secrets: [{ name: 'a', path: 'b' }], httpRoute: route }),
      ],
    }),
  'environments/': async () => textOf('environments', /(?<!holds|freezes)\.yaml$/),
  'bitiq generate': async () => switchedImageUpdater(),
  'pipelines/': async () => textOf('pipelines', /\.yaml$/),
  'policies/': async () => textOf('policies', /policy\.yaml$/),
};

const route = { enabled: true, parentRefs: [{ name: 'public' }], hostnames: ['shop.example.org'] };

describe.skipIf(!hasGo)(
  'what an API server stores is what was written, so that Argo CD sees no difference (skipped: no go on PATH)',
  () => {
    it.each(Object.entries(written))('of %s', async (_, text) => {
      const objects = customResources(await text());
      expect(objects.length).toBeGreaterThan(0);
      for (const object of objects) {
        const version = object.apiVersion.replace(/.*\//, '');
        const stored = customResourceDefaults(definitions[object.kind](), version)(object);
        expect(diffObjects(object, stored), `${object.kind}/${object.metadata.name}`).toEqual([]);
      }
    });

    it('of the interceptors, whose kind only a webhook adds: a listener stored before it runs would answer no event', async () => {
      const interceptors = customResources(await written['pipelines/']())
        .map((object) => JSON.stringify(object))
        .flatMap((text) => text.match(/"ref":\{[^}]*"name":"(?:github|cel)"[^}]*\}/g) ?? []);
      expect(interceptors.length).toBeGreaterThan(3);
      for (const text of interceptors) expect(text).toContain('"kind":"ClusterInterceptor"');
    });

    it('and a field that the schema adds would be found', () => {
      const [object] = customResources(secret.replace(/\n *conversionStrategy: Default/, ''));
      const stored = customResourceDefaults(definitions.ExternalSecret(), 'v1')(object);
      expect(diffObjects(object, stored)).toEqual([
        { path: 'spec.data[A].remoteRef.conversionStrategy', before: undefined, after: 'Default' },
      ]);
    });
  },
);

const secret = `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: s }
spec:
  refreshInterval: 1h
  target: { name: s, creationPolicy: Owner, deletionPolicy: Retain }
  data:
    - secretKey: A
      remoteRef:
        key: a
        conversionStrategy: Default
        decodingStrategy: None
        metadataPolicy: None
`;

function customResources(text: string): Resource[] {
  return parseAllDocuments(text)
    .flatMap((document) => (document.toJS() as Resource | null) ?? [])
    .filter(({ apiVersion, kind }) => apiVersion.includes('.') && kind in definitions);
}

function textOf(folder: string, files: RegExp): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => files.test(path))
    .sort()
    .map((path) => `---\n${readFileSync(join(root, folder, path), 'utf8')}`)
    .join('\n');
}
