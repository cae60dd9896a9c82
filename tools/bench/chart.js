// Measures `helm template` per service for 10 to 1,000 services: `node tools/bench/chart.js [runs]`, after `npm run build`.
// The time of an empty list is Helm's own start and is taken off; the ratio compares each size with the smallest.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHelm } from '../../dist/helm/find-helm.js';

const runs = Number(process.argv[2] ?? 7);
const root = join(import.meta.dirname, '../..');
const { path: helm, version } = await findHelm({ root, progress: console.error });
const folder = mkdtempSync(join(tmpdir(), 'bitiq-bench-'));

try {
  const start = measure(0);
  console.log(`helm ${version}, best of ${runs}; an empty list takes ${start.ms.toFixed(0)} ms`);
  console.log('services   total ms   µs/service   bytes/service   ratio of time');
  let first;
  for (const count of [10, 50, 100, 300, 1000]) {
    const { ms, bytes } = measure(count);
    const each = ((ms - start.ms) * 1000) / count;
    first ??= each;
    const columns = [
      count,
      ms.toFixed(0),
      each.toFixed(0),
      (bytes / count).toFixed(0),
      (each / first).toFixed(2),
    ];
    console.log(columns.map((column, index) => String(column).padStart([8, 11, 13, 16, 16][index])).join(''));
  }
} finally {
  rmSync(folder, { recursive: true });
}

function measure(count) {
  const file = join(folder, `values-${count}.yaml`);
  writeFileSync(file, valuesOf(count));
  const args = ['template', 'bitiq', join(root, 'helm/bitiq'), '--values', file];
  const times = [];
  let bytes = 0;
  for (let run = 0; run < runs; run += 1) {
    const started = performance.now();
    bytes = execFileSync(helm, args, { maxBuffer: 1 << 30 }).length;
    times.push(performance.now() - started);
  }
  return { ms: Math.min(...times), bytes };
}

function valuesOf(count) {
  const services = Array.from({ length: count }, (_, index) => {
    const name = `service-${String(index).padStart(4, '0')}`;
    return {
      name,
      image: { repository: `ghcr.io/bitiq-io/${name}`, tag: `v0.1.0-${index}.gabc1234` },
      replicas: 2,
      disruptionBudget: { enabled: true },
      env: { PEER_URL: 'http://service-0000' },
    };
  });
  return JSON.stringify({ environment: 'bench', services });
}
