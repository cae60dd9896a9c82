// Makes a GitOps repository with a long history, for measuring and testing at scale: bare, packed, with the chart of this repository.
//   node tools/bench/make-ledger.js DIR [--services 100] [--releases 10000] [--commits 100000]
// main gets that many commits: each release moves prod's pointer; before it dev moves three times, and the rest changes other
// files. `staging` was released once, at the beginning, so its last move is as old as it can be.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { printComposite } from '../../dist/model/combination.js';
import { releaseRecordData } from '../../dist/model/release.js';
import { stringify } from 'yaml';

const root = join(import.meta.dirname, '../..');
const start = Date.UTC(2020, 0, 1) / 1000;
const chartText = readFileSync(join(root, 'helm/bitiq/Chart.yaml'), 'utf8');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    services: { type: 'string', default: '100' },
    releases: { type: 'string', default: '10000' },
    commits: { type: 'string', default: '100000' },
  },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: node tools/bench/make-ledger.js DIR [--services N] [--releases N] [--commits N]');
  process.exit(2);
}
await makeLedger(folder, {
  services: Number(values.services),
  releases: Number(values.releases),
  commits: Number(values.commits),
});

async function makeLedger(directory, size) {
  mkdirSync(directory, { recursive: true });
  git(directory, ['init', '--quiet', '--bare', '--initial-branch=main', '.']);
  // The packs of a long import are deep enough; a tree that is read often must not be a long chain of deltas.
  const importer = spawn('git', ['fast-import', '--quiet', '--depth=20'], {
    cwd: directory,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = once(importer, 'close');
  for (const piece of history(size)) {
    if (!importer.stdin.write(piece)) await once(importer.stdin, 'drain');
  }
  importer.stdin.end('done\n');
  const [code] = await ended;
  if (code !== 0) process.exit(1);
  git(directory, ['pack-refs', '--all']);
}

/** The stream of `git fast-import`: pieces of a few megabytes, with alike blobs after each other so that they become deltas. */
function* history(size) {
  const services = Array.from(
    { length: size.services },
    (_, index) => `service-${String(index).padStart(4, '0')}`,
  );
  const dev = new Map(services.map((service) => [service, tagOf(1)]));
  const perRelease = Math.max(2, Math.floor(size.commits / size.releases));
  const moves = Math.min(3, perRelease - 1);
  const state = { mark: 0, count: 0, time: start, prod: 'prod/0' };

  yield 'feature done\n';
  yield firstCommit(state, services, dev);
  yield release(state, 'staging', 1, dev, 'staging/0');
  const batch = 200;
  for (let first = 1; first <= size.releases; first += batch) {
    const blobs = { dev: [], prod: [], chart: [], pointer: [] };
    const steps = [];
    for (let number = first; number < Math.min(first + batch, size.releases + 1); number++) {
      for (let move = 0; move < moves; move++) {
        state.count++;
        const service = services[(state.count * 7) % services.length];
        const before = dev.get(service);
        dev.set(service, tagOf(state.count + 1));
        const files = [
          ['helm/bitiq/values-dev.yaml', blob(blobs.dev, printValues('dev', dev))],
          ['helm/bitiq/Chart.yaml', blob(blobs.chart, printChart(dev))],
        ];
        const message = `dev: ${service} ${dev.get(service)}\n\n${service} ${before} → ${dev.get(service)}\n\nBitiq-Action: set\nBitiq-Environment: dev\nBitiq-By: Ada <ada@example.com>\n`;
        steps.push({ files, message });
      }
      const composite = new Map(dev);
      const values = blob(blobs.prod, printValues('prod', composite));
      const chart = blob(blobs.chart, printChart(composite));
      const to = `prod/${number}`;
      const trailers = `Bitiq-Action: promote\nBitiq-Environment: prod\nBitiq-From: ${state.prod}\nBitiq-To: ${to}\nBitiq-By: Ada <ada@example.com>\n`;
      steps.push({
        release: to,
        record: recordOf(to, composite, state.prod),
        files: [
          ['helm/bitiq/values-prod.yaml', values],
          ['helm/bitiq/Chart.yaml', chart],
        ],
        message: `${to}: the tree that prod runs\n\n${trailers}`,
      });
      steps.push({
        files: [
          [
            'environments/prod/application.yaml',
            blob(blobs.pointer, printApplication('prod', `refs/tags/${to}`)),
          ],
          ['helm/bitiq/values-prod.yaml', values],
        ],
        message: `prod: promote dev as ${to}\n\n${trailers}`,
      });
      state.prod = to;
      for (let other = moves + 1; other < perRelease; other++) {
        const text = `# Notes\n\n${number}.${other}\n`;
        steps.push({
          files: [['docs/notes.md', blob(blobs.pointer, text)]],
          message: `Write note ${number}.${other}\n`,
        });
      }
    }
    for (const kind of Object.values(blobs)) {
      for (const each of kind) each.mark = ++state.mark;
      yield kind.map((each) => `blob\nmark :${each.mark}\n${data(each.text)}`).join('');
    }
    yield steps.map((step) => printStep(state, step)).join('');
  }
}

function printStep(state, { files, message, release: name, record }) {
  state.time += 60;
  const by = `Ada <ada@example.com> ${state.time} +0000`;
  const changes = files.map(([path, each]) => `M 100644 :${each.mark} ${path}\n`).join('');
  const head = `author ${by}\ncommitter ${by}\n${data(message)}`;
  if (name === undefined) return `commit refs/heads/main\n${head}${changes}\n`;
  const mark = ++state.mark;
  // A release commit lies beside main: a ref that is deleted again, and the tag that stays.
  return `reset refs/bench\nfrom refs/heads/main\n\ncommit refs/bench\nmark :${mark}\n${head}${changes}\ntag ${name}\nfrom :${mark}\ntagger ${by}\n${data(record)}reset refs/bench\nfrom 0000000000000000000000000000000000000000\n\n`;
}

function firstCommit(state, services, dev) {
  const chartFiles = readdirSync(join(root, 'helm/bitiq'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('values-'))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = [
    ...chartFiles.map((path) => [relative(root, path), readFileSync(path, 'utf8')]),
    ['bitiq.yaml', printConfig(services)],
    ['helm/bitiq/Chart.yaml', printChart(dev)],
    ['docs/notes.md', '# Notes\n'],
    ...['dev', 'staging', 'prod'].flatMap((name) => [
      [`helm/bitiq/values-${name}.yaml`, printValues(name, dev)],
      [
        `environments/${name}/application.yaml`,
        printApplication(name, name === 'dev' ? 'main' : `refs/tags/${name}/0`),
      ],
    ]),
  ];
  const by = `Ada <ada@example.com> ${state.time} +0000`;
  const changes = files.map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`).join('');
  return `commit refs/heads/main\nauthor ${by}\ncommitter ${by}\n${data('Start\n')}${changes}\n`;
}

function release(state, environment, number, combination, from) {
  const to = `${environment}/${number}`;
  const inline = (path, text) => `M 100644 inline ${path}\n${data(text)}`;
  const by = `Ada <ada@example.com> ${state.time} +0000`;
  const head = (message) => `author ${by}\ncommitter ${by}\n${data(message)}`;
  const mark = ++state.mark;
  return (
    `reset refs/bench\nfrom refs/heads/main\n\ncommit refs/bench\nmark :${mark}\n${head(`${to}: the tree that ${environment} runs\n`)}` +
    `${inline(`helm/bitiq/values-${environment}.yaml`, printValues(environment, combination))}\n` +
    `tag ${to}\nfrom :${mark}\ntagger ${by}\n${data(recordOf(to, combination, from))}` +
    `reset refs/bench\nfrom 0000000000000000000000000000000000000000\n\n` +
    `commit refs/heads/main\n${head(`${environment}: promote dev as ${to}\n\nBitiq-Action: promote\n`)}` +
    `${inline(`environments/${environment}/application.yaml`, printApplication(environment, `refs/tags/${to}`))}\n`
  );
}

function blob(list, text) {
  const each = { text, mark: 0 };
  list.push(each);
  return each;
}

function data(text) {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function recordOf(name, combination, parent) {
  return stringify(
    releaseRecordData({
      release: name,
      services: combination,
      chartVersion: '0.1.0',
      from: 'dev@abc1234',
      parent: parent.endsWith('/0') ? undefined : parent,
      by: 'Ada <ada@example.com>',
      checks: ['schema', 'render'],
      manifestDigest: `sha256:${'0'.repeat(64)}`,
    }),
    { lineWidth: 0 },
  );
}

function tagOf(commits) {
  return `v0.1.0-${commits}.g${(0xabc0000 + commits).toString(16)}`;
}

function printChart(combination) {
  return chartText.replace(/^appVersion:.*$/m, `appVersion: "${printComposite(combination)}"`);
}

function printConfig(services) {
  const lines = services.map(
    (name) =>
      `  - name: ${name}\n    repository: https://github.com/bitiq-io/${name}\n    image: ghcr.io/bitiq-io/${name}\n`,
  );
  return `services:\n${lines.join('')}environments:\n  - name: dev\n    follows: main\n  - name: staging\n    pinned: true\n    promotesFrom: dev\n  - name: prod\n    pinned: true\n    promotesFrom: dev\n`;
}

function printValues(environment, combination) {
  const entries = [...combination].map(
    ([name, tag]) =>
      `  - name: ${name} # one of many\n    image:\n      repository: ghcr.io/bitiq-io/${name}\n      tag: ${tag}\n    replicas: 1\n`,
  );
  return `# ${environment}\nenvironment: ${environment}\n\nservices:\n${entries.join('')}`;
}

function printApplication(environment, revision) {
  return [
    'apiVersion: argoproj.io/v1alpha1',
    'kind: Application',
    'metadata:',
    `  name: bitiq-${environment}`,
    '  namespace: argocd',
    'spec:',
    '  project: default',
    '  source:',
    '    repoURL: https://github.com/bitiq-io/bitiq',
    '    path: helm/bitiq',
    `    targetRevision: ${revision} # what it runs`,
    '    helm:',
    '      releaseName: bitiq',
    '      valueFiles:',
    `        - values-${environment}.yaml`,
    '  destination:',
    '    server: https://kubernetes.default.svc',
    `    namespace: ${environment}`,
    '',
  ].join('\n');
}

function git(cwd, args) {
  const done = spawnSync('git', args, { cwd, stdio: 'inherit' });
  if (done.status !== 0) process.exit(1);
}
