import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/kubernetes/objects.ts';
import { faultsOf, schemaKey, validators } from './kubernetes-faults.ts';
import { everything, otherKinds } from './every-field.ts';
import { chartDir, render, renderFiles, service } from './render.ts';

describe('what the chart renders fits the schemas of Kubernetes, External Secrets and Gateway API', () => {
  it.each(['dev', 'prod'])('for %s', async (environment) => {
    const documents = readManifests(await renderFiles([join(chartDir, `values-${environment}.yaml`)]));
    expect(documents.length).toBeGreaterThan(5);
    expect(faultsOf(documents)).toEqual([]);
  });

  it('for a service that uses every field, one of each other kind, and one that removes every default', async () => {
    const bare = service('bare', Object.fromEntries(removable.map((field) => [field, null])));
    const documents = await render({
      environment: 'dev',
      services: [everything, ...otherKinds, bare],
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

const removable = Object.keys(everything).filter((field) => !['name', 'image'].includes(field));
