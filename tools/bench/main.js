// Measures what the design promises, each beside a peer or floor that is measured in the same run: `npm run bench [-- --only NAME]`.
// Medians of whole processes. The ledger is made again each time, unless BITIQ_BENCH_LEDGER names one that make-ledger.js made.
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findHelm } from '../../dist/helm/find-helm.js';
import { burst } from './burst.js';
import { diff } from './diff.js';
import { eventLoop } from './event-loop.js';
import { help } from './help.js';
import { images } from './images.js';
import { ledger } from './ledger.js';
import { loop } from './loop.js';
import { env, root } from './measure.js';
import { memory } from './memory.js';
import { pipeline } from './pipeline.js';
import { webhooks } from './webhooks.js';
import { writes } from './writes.js';

/** A measurement that prints its own table. */
const script = (file, ...args) => {
  const done = spawnSync(process.execPath, [join(root, 'tools/bench', file), ...args], {
    stdio: 'inherit',
    env,
  });
  if (done.status !== 0) process.exitCode = 1;
  return [];
};
const races = () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const started = performance.now();
  const done = spawnSync(process.execPath, [vitest, 'run', 'test/races', '-t', 'linear history'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, BITIQ_RACES: 'full' },
  });
  const what = `200 actions from 10 processes: ${done.status === 0 ? 'replayed' : 'FAILED'}`;
  return [{ what, ms: performance.now() - started, peer: '', must: 'none lost' }];
};
const all = {
  help,
  writes,
  burst,
  diff,
  ledger,
  images,
  loop,
  webhooks,
  memory,
  pipeline,
  eventLoop,
  races,
  chart: () => script('chart.js'),
  policies: () => script('policies.js'),
};

const { values } = parseArgs({ options: { only: { type: 'string' } } });
if (values.only !== undefined && !Object.hasOwn(all, values.only)) {
  console.error(`There is no ${values.only}. There are: ${Object.keys(all).join(', ')}.`);
  process.exit(2);
}
const { path: helm, version } = await findHelm({ root, progress: console.error });
const gib = Math.round(totalmem() / 2 ** 30);
console.log(`node ${process.version}, helm ${version}, ${cpus().length} cores, ${gib} GiB`);
for (const [name, measure] of Object.entries(all)) {
  if (values.only !== undefined && values.only !== name) continue;
  console.log(`\n${name}`);
  try {
    for (const row of await measure(helm)) console.log(printRow(row));
  } catch (error) {
    console.log(`  could not be measured: ${error.message}`);
    process.exitCode = 1;
  }
}

function printRow({ what, ms, peer, peerMs, must }) {
  const time = ms === undefined ? '' : `${ms.toFixed(0)} ms`;
  const beside = peer === '' ? '' : `${peer} ${peerMs.toFixed(0)} ms`;
  const ratio = peer === '' ? '' : `${(ms / peerMs).toFixed(2)} ×`;
  return `  ${what.padEnd(42)}${time.padStart(9)}   ${beside.padEnd(38)}${ratio.padStart(9)}   ${must}`.trimEnd();
}
