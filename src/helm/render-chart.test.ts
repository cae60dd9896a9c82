import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findHelm } from './find-helm.ts';
import { digestManifests, helmEnvironment, renderChart } from './render-chart.ts';

const root = join(import.meta.dirname, '../..');
const { path: helm } = await findHelm({ root });
const folder = mkdtempSync(join(tmpdir(), 'bitiq-render-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync(join(root, 'helm/bitiq'), join(folder, 'chart'), { recursive: true });
const base = { helm, chartDir: join(folder, 'chart'), releaseName: 'shop', namespace: 'test' };

describe('renderChart', () => {
  it('gives the same text each time', async () => {
    const valuesFiles = [join(base.chartDir, 'values-dev.yaml')];
    const [first, second] = await Promise.all([1, 2].map(() => renderChart({ ...base, valuesFiles })));
    expect(first).toContain('name: "toy-web"');
    expect(second).toBe(first);
  });

  it('lays values files over each other in their order', async () => {
    const valuesFiles = ['a', 'b'].map((environment) => file(`${environment}.yaml`, `environment: ${environment}\n`));
    expect(await renderChart({ ...base, valuesFiles })).toContain('environmentName: "b"');
  });

  it('reads files in folders of any name, although Helm takes a list of them', async () => {
    const chartDir = join(folder, `acme, "inc"; it's`);
    cpSync(base.chartDir, chartDir, { recursive: true });
    const valuesFiles = [join(chartDir, 'values-dev.yaml')];
    expect(await renderChart({ ...base, chartDir, valuesFiles })).toContain('name: "toy-web"');
  });

  it.each([
    ['broken YAML', 'services: [\n', /error converting YAML to JSON: yaml: line 1/],
    ['two faults', 'environment: 1\nservices: 2\n', /not rendered:\n {2}- environment: .*\n {2}- services: /],
  ])("tells Helm's story of %s", async (_, text, message) => {
    await expect(renderChart({ ...base, valuesFiles: [file('faulty.yaml', text)] })).rejects.toMatchObject({
      code: 'render-failed',
      message: expect.stringMatching(message),
      fix: expect.stringContaining('faulty.yaml'),
    });
  });

  it('says that Helm is missing when the program is not there', async () => {
    await expect(renderChart({ ...base, helm: join(folder, 'no-helm'), valuesFiles: [] })).rejects.toMatchObject({
      code: 'tool-missing',
    });
  });
});

it("helmEnvironment leaves Helm's settings out and all else as it is", () => {
  const environment = helmEnvironment({ PATH: '/bin', GOGC: '50', HELM_DEBUG: 'true', HELM_NAMESPACE: 'x' });
  expect(environment).toMatchObject({ PATH: '/bin', GOGC: '50', HELM_PLUGINS: '/dev/null' });
  expect(Object.keys(environment).filter((name) => name.startsWith('HELM_'))).toEqual(['HELM_PLUGINS']);
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

it('digestManifests is the same for the blank lines of Helm 3 and Helm 4, and differs for anything else', () => {
  const helm3 = '---\nkind: A\n---\nkind: B\ntext: |\n  a\n\n  b\n';
  const helm4 = '---\nkind: A\n\n---\nkind: B\ntext: |\n  a\n\n  b\n\n';
  expect(digestManifests(helm4)).toBe(digestManifests(helm3));
  expect(digestManifests(helm3)).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(digestManifests(helm3.replace('a\n\n', 'a\n'))).not.toBe(digestManifests(helm3));
  expect(digestManifests(helm3.replace('kind: A', 'kind: a'))).not.toBe(digestManifests(helm3));
});
