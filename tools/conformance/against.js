// Runs the same files on a cluster with Tekton and with `bitiq pipeline run`, and compares the status of every run they make.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { openCluster } from './against/cluster.js';
import { compareStatus } from './against/compare.js';
import { examples, ownFiles } from './against/files.js';
import { keepOutcomes, outcomesFile, replaceAgainst } from './against/page.js';
import { prepareFile } from './against/prepare.js';

/** Seconds that a file may take on the cluster. */
const patience = 120;

/**
 * Compares and, when no file was left out, writes the outcomes into `page`. `args` are those of the command line:
 * `--against KUBECONFIG [--stand-in IMAGE] [--only FILE]… [--keep]`.
 */
export async function compareWithCluster(args, { pipeline, modules, page, log }) {
  const { values } = parseArgs({
    args,
    options: {
      against: { type: 'string' },
      'stand-in': { type: 'string' },
      only: { type: 'string', multiple: true },
      keep: { type: 'boolean' },
    },
  });
  if (!values.against) throw new Error('Name the cluster: --against KUBECONFIG');
  const found = await compareFiles(values, { folder: join(pipeline, 'examples/v1'), modules, log });
  const agree = found.outcomes.filter(({ verdict }) => verdict === 'agrees').length;
  log(`${agree} of ${found.outcomes.length} files agree with Tekton ${found.version}`);
  if (values.only) return;
  keepOutcomes(found);
  writeFileSync(page, replaceAgainst(readFileSync(page, 'utf8')));
  execFileSync('npx', ['prettier', '--write', page, outcomesFile], { stdio: 'ignore' });
}

async function compareFiles(values, { folder, modules, log }) {
  const cluster = openCluster(values.against);
  const own = join(import.meta.dirname, 'against/runs');
  const files = [
    ...examples.map((file) => ({ file, path: join(folder, file) })),
    ...ownFiles.map((file) => ({ file, path: join(own, file) })),
  ].filter(({ file }) => !values.only || values.only.some((part) => file.includes(part)));
  const outcomes = [];
  const waiting = [...files];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = await compareFile(next);
      outcomes.push(outcome);
      log(`${outcome.verdict.padEnd(8)} ${outcome.file} (${outcome.runs} runs)`);
      for (const { run, path, cluster: theirs, toolkit } of outcome.differences)
        log(
          `    ${run} ${path}\n      cluster: ${JSON.stringify(theirs)}\n      toolkit: ${JSON.stringify(toolkit)}`,
        );
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  const order = files.map(({ file }) => file);
  outcomes.sort((a, b) => order.indexOf(a.file) - order.indexOf(b.file));
  return { version: cluster.version(), outcomes };

  async function compareFile({ file, path }) {
    const namespace = `bitiq-against-${randomBytes(3).toString('hex')}`;
    const prepared = prepareFile(readFileSync(path, 'utf8'), { namespace, standIn: values['stand-in'] });
    const directory = mkdtempSync(join(tmpdir(), 'bitiq-against-'));
    try {
      await cluster.createNamespace(namespace);
      const [theirs, ours] = await Promise.all([
        runOnCluster(prepared, namespace),
        runHere(prepared, directory, modules),
      ]);
      const differences = compareRuns(theirs, ours, { namespace, images: prepared.images });
      return {
        file,
        runs: theirs.length,
        verdict: differences.length === 0 ? 'agrees' : 'differs',
        differences,
      };
    } catch (error) {
      return { file, runs: 0, verdict: 'failed', differences: [{ run: '', path: error.message }] };
    } finally {
      if (!values.keep) {
        cluster.deleteNamespace(namespace);
        rmSync(directory, { recursive: true, force: true });
      } else log(`kept     ${file}: ${namespace}, ${directory}`);
    }
  }

  async function runOnCluster(prepared, namespace) {
    cluster.create(prepared.cluster.objects);
    cluster.create(prepared.cluster.runs);
    return cluster.waitForRuns(namespace, prepared.runs.length, patience);
  }
}

/** What `bitiq pipeline run --output status` prints, and the TaskRuns of its record. */
async function runHere(prepared, directory, modules) {
  const file = join(directory, 'runs.yaml');
  // YAML is a superset of JSON.
  writeFileSync(file, prepared.toolkit.map((object) => JSON.stringify(object)).join('\n---\n'));
  const { stdout, stderr, code } = await start(process.execPath, [
    join(modules, 'cli/main.js'),
    ...['pipeline', 'run', file, '--output', 'status', '--state', directory],
  ]);
  const printed = parseAllDocuments(stdout).map((document) => document.toJS());
  if (printed.length !== prepared.runs.length)
    throw new Error(`bitiq pipeline run ended with ${code} and ${printed.length} runs: ${stderr}`);
  const folder = join(directory, 'runs');
  const records = readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(join(folder, name, 'run.json'), 'utf8')),
  );
  const children = records.flatMap(({ taskRuns }) => taskRuns);
  const isPrinted = (run) => printed.some(({ metadata }) => metadata.uid === run.metadata.uid);
  return [...printed, ...children.filter((run) => !isPrinted(run))];
}

function start(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
      });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...output, code }));
  });
}

/** The differences of all runs of a file, by their names. */
function compareRuns(theirs, ours, { namespace, images }) {
  const keyOf = ({ kind, metadata }) => `${kind} ${metadata.name}`;
  const uidsOf = (runs) => new Map(runs.map((run) => [run.metadata.uid, `<uid of ${keyOf(run)}>`]));
  const uids = { cluster: uidsOf(theirs), toolkit: longestFirst(uidsOf(ours)) };
  const mine = new Map(ours.map((run) => [keyOf(run), run]));
  const missing = ours.filter((run) => !theirs.some((other) => keyOf(other) === keyOf(run)));
  return [
    ...missing.map((run) => ({ run: keyOf(run), path: 'is only here' })),
    ...theirs.flatMap((run) => {
      const other = mine.get(keyOf(run));
      if (!other) return [{ run: keyOf(run), path: 'is only on the cluster' }];
      return compareStatus(run.status, other.status, { uids, images }).map((difference) => ({
        run: keyOf(run),
        ...withoutNamespace(difference, namespace),
      }));
    }),
  ];
}

/** A uid may begin with that of the run around it. */
function longestFirst(uids) {
  return new Map([...uids].sort(([a], [b]) => b.length - a.length));
}

function withoutNamespace(difference, namespace) {
  return JSON.parse(JSON.stringify(difference).replaceAll(namespace, 'NAMESPACE'));
}
