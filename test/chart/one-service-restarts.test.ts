import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifests, type RenderedDocument } from '../../src/kubernetes/objects.ts';
import { everything } from './every-field.ts';
import { chartDir, render, renderText, services } from './render.ts';

interface WithSpec {
  readonly spec?: { readonly template?: unknown } & Record<string, unknown>;
}

it('changing the tag of one of 50 services changes the Pod template of that one and the spec of nothing else', async () => {
  const list = services(50, { disruptionBudget: { enabled: true }, autoscaling: { enabled: true } });
  const before = await render({ environment: 'dev', services: list });
  const changed = list.map((entry) =>
    entry['name'] === 'service-017' ? withTag(entry, 'v0.1.0-1.gdef5678') : entry,
  );
  const after = await render({ environment: 'dev', services: changed });

  expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  const deployments = before.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(50);
  expect(differing(before, after, specOf)).toEqual(['Deployment/service-017']);
  expect(differing(before, after, templateOf)).toEqual(['Deployment/service-017']);
});

describe.each([2, 100, 1000])('a new tag of one of %i services', (count) => {
  it('writes two objects: its Deployment and the ConfigMap of the combination', async () => {
    const list = services(count, withEveryObject);
    const changed = list.map((entry, index) => (index === 1 ? withTag(entry, 'v0.1.0-1.gdef5678') : entry));
    const [before, after] = await Promise.all([
      render({ environment: 'dev', services: list }),
      renderWithAppVersion('what the release says', { environment: 'dev', services: changed }),
    ]);
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    expect(before.length).toBeGreaterThan(count * 10);
    expect(differing(before, after, ({ text }) => text)).toEqual([
      'ConfigMap/shop-combination',
      'Deployment/service-001',
    ]);
  });
});

it('adding a service writes the objects of that one and the ConfigMap', async () => {
  const before = await render({ environment: 'dev', services: services(3, withEveryObject) });
  const after = await render({ environment: 'dev', services: services(4, withEveryObject).reverse() });
  expect(differing(before, after, ({ text }) => text.trimEnd())).toEqual(['ConfigMap/shop-combination']);
});

it('adding a service or reordering the list changes the spec of nothing that was there', async () => {
  const before = await render({ environment: 'dev', services: services(3) });
  const after = await render({ environment: 'dev', services: services(4).reverse() });
  expect(differing(before, after, specOf)).toEqual([]);
});

it('raising the version of the chart changes the spec of nothing', async () => {
  const values = { environment: 'dev', services: services(3) };
  const before = await render(values);
  const after = await renderWith(/^version: .*$/m, 'version: 99.0.0', values);
  expect(after[0]?.object.metadata.labels?.['helm.sh/chart']).toBe('bitiq-99.0.0');
  expect(differing(before, after, specOf)).toEqual([]);
});

/** A service like `everything`, but for what only one service can have. */
const {
  name: _name,
  image: _image,
  networkPolicy: _policy,
  extraObjects: _objects,
  ...withEveryObject
} = everything;

function withTag(entry: Record<string, unknown>, tag: string): Record<string, unknown> {
  return { ...entry, image: { ...(entry['image'] as object), tag } };
}

function renderWithAppVersion(appVersion: string, values: unknown): Promise<RenderedDocument[]> {
  return renderWith(/^appVersion: .*$/m, `appVersion: ${appVersion}`, values);
}

/** What the chart renders with one line of its Chart.yaml replaced. */
async function renderWith(line: RegExp, by: string, values: unknown): Promise<RenderedDocument[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bitiq-chart-'));
  try {
    cpSync(chartDir, folder, { recursive: true });
    const file = join(folder, 'Chart.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace(line, by));
    return readManifests(await renderText(values, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function differing(
  before: RenderedDocument[],
  after: RenderedDocument[],
  part: (document: RenderedDocument) => string,
): string[] {
  const later = new Map(after.map((document) => [document.key, document]));
  return before
    .filter((document) => part(document) !== part(later.get(document.key) ?? document))
    .map(({ key }) => key);
}

function specOf(document: RenderedDocument): string {
  return JSON.stringify((document.object as WithSpec).spec ?? null);
}

function templateOf(document: RenderedDocument): string {
  return JSON.stringify((document.object as WithSpec).spec?.template ?? null);
}
