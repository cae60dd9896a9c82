import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { readManifests, type RenderedDocument } from '../../src/kubernetes/objects.ts';
import { chartDir, everything, render, renderFiles, root, service } from './render.ts';

const { kinds, definitions } = JSON.parse(
  readFileSync(join(root, 'test/fixtures/kubernetes-schemas.json'), 'utf8'),
) as { kinds: Record<string, object>; definitions: object };
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map(
  Object.entries(kinds).map(([kind, schema]) => [kind, ajv.compile({ ...schema, definitions })]),
);

describe('what the chart renders fits the schemas of Kubernetes, External Secrets and Gateway API', () => {
  it.each(['dev', 'prod'])('for %s', async (environment) => {
    const documents = readManifests(await renderFiles([join(chartDir, `values-${environment}.yaml`)]));
    expect(documents.length).toBeGreaterThan(5);
    expect(faultsOf(documents)).toEqual([]);
  });

  it('for a service that uses every field, and one that removes every default', async () => {
    const bare = service('bare', Object.fromEntries(removable.map((field) => [field, null])));
    const documents = await render({
      environment: 'dev',
      services: [everything, bare],
      imagePullSecrets: [{ name: 'registry' }],
      secretStore: { kind: 'SecretStore', name: 'local' },
    });
    expect(faultsOf(documents)).toEqual([]);
    expect(new Set(documents.map(schemaKey)).size).toBe(validators.size);
  });

  it('and the schemas find a misspelt field', async () => {
    const [first] = (await render({ environment: 'dev', services: [service('one')] })).filter(
      ({ kind }) => kind === 'Deployment',
    );
    const damaged = readManifests(first?.text.replace('serviceAccountName', 'serviceAcountName') ?? '');
    expect(faultsOf(damaged)).toEqual([
      'Deployment/one /spec/template/spec must NOT have additional properties',
    ]);
  });
});

const removable = Object.keys(everything).filter((field) => !['name', 'image', 'port'].includes(field));

function faultsOf(documents: RenderedDocument[]): string[] {
  return documents.flatMap((document) => {
    const validate = validators.get(schemaKey(document));
    if (!validate) return [`${document.key} has no schema`];
    return validate(document.object)
      ? []
      : (validate.errors ?? []).map((error) => `${document.key} ${error.instancePath} ${error.message}`);
  });
}

function schemaKey({ apiVersion, kind }: RenderedDocument): string {
  return `${apiVersion}/${kind}`;
}
