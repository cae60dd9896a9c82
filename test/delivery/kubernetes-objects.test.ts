import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { deliveryFields } from '../../src/kubernetes/delivery-fields.ts';
import { root } from '../kit/gitops-repository.ts';
import { customResourceValidator, definitions, fieldsAt, hasGo } from '../kit/module-schemas.ts';
import { switchedImageUpdater as switchedText } from '../kit/switched-image-updater.ts';

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Record<string, unknown>;
}

const files = (readdirSync(join(root, 'environments'), { recursive: true }) as string[])
  .filter((path) => path.endsWith('.yaml') && !/(holds|freezes)\.yaml$/.test(path))
  .sort();
const objects = files.flatMap((path) =>
  readAll(readFileSync(join(root, 'environments', path), 'utf8')).map((object) => ({ path, object })),
);

describe.skipIf(!hasGo)(
  'what delivers the environments (skipped: no go on PATH, which fetches the schemas)',
  () => {
    const validate = new Map<string, (object: unknown) => string[]>();

    beforeAll(() => {
      const versions = {
        Application: 'v1alpha1',
        AppProject: 'v1alpha1',
        ImageUpdater: 'v1alpha1',
        ClusterSecretStore: 'v1',
        ExternalSecret: 'v1',
      } as const;
      for (const kind of Object.keys(versions) as (keyof typeof versions)[]) {
        validate.set(kind, customResourceValidator(definitions[kind](), versions[kind]));
      }
    });

    it.each(objects)(
      'fits the schema of its kind: $path, $object.kind $object.metadata.name',
      ({ object }) => {
        expect(validate.get(object.kind)?.(object)).toEqual([]);
      },
    );

    it('fits it also where the Image Updater writes, with a hold and without Pods', async () => {
      const object = await switchedImageUpdater();
      expect(JSON.stringify(object)).toContain('forceUpdate');
      expect(validate.get('ImageUpdater')?.(object)).toEqual([]);
    });

    it('would be refused with a field that does not exist', () => {
      const object = structuredClone(find('Application', 'bitiq-prod'));
      Object.assign(object.spec, { targetRevision: 'prod/1' });
      expect(validate.get('Application')?.(object)).toEqual([
        expect.stringContaining('targetRevision') as string,
      ]);
    });

    it.each([
      ['an unknown field', /allowTags: .*/, 'allowTag: any', 'allowTag'],
      ['another method', 'method: git:secret:', 'method: gitx:secret:', 'method'],
      ['no name of an Application', /- namePattern: .*/, '- labelSelectors: {}', 'namePattern'],
      ['an alias that is none', 'alias: toy-web', "alias: 'toy web'", 'alias'],
      ['a text for a switch', 'forceUpdate: true', "forceUpdate: 'yes'", 'forceUpdate'],
    ])('would be refused with %s in the ImageUpdater', async (_, from, to, told) => {
      const text = await switchedText();
      const changed = text.replace(from, to);
      expect(changed).not.toBe(text);
      expect(validate.get('ImageUpdater')?.(parse(changed))?.join('\n')).toContain(told);
    });

    it.each(['Application', 'AppProject', 'ClusterSecretStore'] as const)(
      'has the fields that bitiq check knows of %s, with their types',
      (kind) => {
        const version = kind === 'ClusterSecretStore' ? 'v1' : 'v1alpha1';
        for (const [path, list] of Object.entries(deliveryFields[kind] ?? {})) {
          expect(`${path}: ${list}`).toBe(`${path}: ${fieldsAt(definitions[kind](), version, path)}`);
        }
      },
    );

    it('is what the chart asks the store for', () => {
      const rendered = readAll(readFileSync(join(root, 'test/golden/chart/every-field.yaml'), 'utf8'));
      const secrets = rendered.filter(({ kind }) => kind === 'ExternalSecret');
      expect(secrets.length).toBeGreaterThan(0);
      for (const secret of secrets) expect(validate.get('ExternalSecret')?.(secret)).toEqual([]);
    });
  },
);

describe('the projects', () => {
  it('allow exactly the kinds that the chart renders, but for those with which a service gives itself rights', () => {
    const rendered = ['every-field', 'other-kinds']
      .flatMap((name) => readAll(readFileSync(join(root, `test/golden/chart/${name}.yaml`), 'utf8')))
      .filter(({ kind }) => !['Role', 'RoleBinding'].includes(kind));
    const { namespaceResourceWhitelist } = find('AppProject', 'bitiq').spec;
    expect(sorted(namespaceResourceWhitelist as Kind[])).toEqual(sorted(rendered.map(kindOf)));
  });

  it('allow exactly the kinds that the root Application delivers', async () => {
    const project = find('AppProject', 'bitiq-delivery').spec;
    const delivered = objects.filter(({ path }) => path !== 'root.yaml').map(({ object }) => object);
    expect(
      sorted([
        ...(project['namespaceResourceWhitelist'] as Kind[]),
        ...(project['clusterResourceWhitelist'] as Kind[]),
      ]),
    ).toEqual(sorted([...delivered, await switchedImageUpdater()].map(kindOf)));
  });

  it('hold every Application that names them, with its source and its namespace', () => {
    const applications = objects.filter(({ object }) => object.kind === 'Application');
    expect(applications.map(({ object }) => object.metadata.name)).toEqual([
      'bitiq-dev',
      'bitiq-prod',
      'bitiq',
    ]);
    for (const { object } of applications) {
      const spec = object.spec as {
        project: string;
        source: { repoURL: string };
        destination: { namespace: string };
      };
      const project = find('AppProject', spec.project).spec as {
        sourceRepos: string[];
        destinations: { namespace: string }[];
      };
      expect(project.sourceRepos).toContain(spec.source.repoURL);
      const allowed = project.destinations.map(
        ({ namespace }) => new RegExp(`^${namespace.replace('*', '.*')}$`),
      );
      expect(allowed.some((pattern) => pattern.test(spec.destination.namespace))).toBe(true);
    }
  });
});

describe('the stores', () => {
  it.each(['dev', 'prod'])(
    'of %s serves its namespace alone, under the name in its values',
    (environment) => {
      const { spec } = find('ClusterSecretStore', `vault-${environment}`);
      expect(spec['conditions']).toEqual([{ namespaces: [`bitiq-${environment}`] }]);
      const values = parse(readFileSync(join(root, `helm/bitiq/values-${environment}.yaml`), 'utf8')) as {
        secretStore: { name: string };
      };
      expect(values.secretStore.name).toBe(`vault-${environment}`);
    },
  );
});

interface Kind {
  readonly group: string;
  readonly kind: string;
}

function kindOf({ apiVersion, kind }: Resource): Kind {
  return { group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind };
}

function sorted(kinds: readonly Kind[]): string[] {
  return [...new Set(kinds.map(({ group, kind }) => `${group}/${kind}`))].sort();
}

function find(kind: string, name: string): Resource {
  const found = objects.find(({ object }) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`environments/ has no ${kind} ${name}.`);
  return found.object;
}

function readAll(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Resource | null) ?? []);
}

async function switchedImageUpdater(): Promise<Resource> {
  return parse(await switchedText()) as Resource;
}
