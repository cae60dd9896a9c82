import { execFileSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildImage } from '../../src/actions/image/build.ts';
import { findHelm } from '../../src/helm/find-helm.ts';
import { renderChart } from '../../src/helm/render-chart.ts';
import { layoutImages } from '../../src/local/deployer/layout-images.ts';
import { applyChanges } from '../../src/yaml/edit.ts';
import { parseYaml } from '../../src/yaml/source.ts';
import { tagPath } from '../../src/yaml/values-file.ts';
import { fetchAnew } from '../kit/loop-process.ts';
import { openKit, request, serviceOf, type Kit } from './kit.ts';

const root = join(import.meta.dirname, '../..');
let kit: Kit;
beforeEach(async () => {
  kit = await openKit();
});
afterEach(() => kit.end());

const first = { 'toy-service': 'v0.1.0-1.gaaaaaaa', 'toy-web': 'v0.1.0-1.gbbbbbbb' };
const second = { ...first, 'toy-service': 'v0.1.0-2.gccccccc' };

async function buildExample(name: string, tags: readonly string[], store: string): Promise<void> {
  const context = join(kit.root, name);
  const from = join(root, 'examples', name);
  await cp(from, context, { recursive: true, filter: (path) => !/\/(?:dist|node_modules)$/.test(path) });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', context, '--typeRoots', join(root, 'node_modules/@types')]);
  for (const tag of tags)
    await buildImage({ context, image: `ghcr.io/bitiq-io/${name}`, tag, base: 'none', store });
}

async function render(tags: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(join(root, 'helm/bitiq/values-dev.yaml'), 'utf8');
  const source = parseYaml(text, 'values-dev.yaml');
  const values = applyChanges(
    source,
    Object.entries(tags).map(([name, value]) => ({ path: tagPath(source, name)!, value })),
  );
  const file = join(kit.root, 'values-dev.yaml');
  await writeFile(file, values);
  const { path } = await findHelm({ root });
  const chartDir = join(root, 'helm/bitiq');
  return renderChart({ helm: path, chartDir, valuesFiles: [file], releaseName: 'bitiq', namespace: 'dev' });
}

it("runs the repository's own chart and examples from images that bitiq built, and restarts one service of two", async () => {
  const store = join(kit.root, 'images');
  await buildExample('toy-service', [first['toy-service'], second['toy-service']], store);
  await buildExample('toy-web', [first['toy-web']], store);
  const deployer = await kit.start({ images: layoutImages(store) });

  expect(await deployer.sync(request(await render(first)))).toMatchObject({
    state: 'synced',
    message: undefined,
  });
  const page = async () => (await fetchAnew(`${serviceOf(deployer.view(), 'toy-web').url}/`)).text();
  expect(await page()).toContain(first['toy-service']);
  expect(await page()).toContain(first['toy-web']);
  const started = serviceOf(deployer.view(), 'toy-web').since;

  const manifests = await render(second);
  expect(await deployer.sync(request(manifests))).toMatchObject({ state: 'synced' });
  expect(await page()).toContain(second['toy-service']);
  expect(serviceOf(deployer.view(), 'toy-web').since).toBe(started);
  const version = await fetchAnew(`${serviceOf(deployer.view(), 'toy-service').url}/version`);
  expect(await version.json()).toMatchObject({ service: 'toy-service', tag: second['toy-service'] });
});
