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
