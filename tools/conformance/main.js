// Runs Tekton's own examples and tables against this toolkit and writes docs/reference/tekton-conformance.md.
// `npm run conformance`, after `npm run build`; `-- examples` or `-- cases` runs one part and writes nothing, `-- tables` and `-- triggers` write their own part.
// `-- against --against KUBECONFIG` compares with a real Tekton (docs/conformance.md).
// Tekton's files come from its Go modules, which `go mod download` fetches; only the calls that its tests make are kept, for tests here.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareWithCluster } from './against.js';
import { runCases } from './cases.js';
import { runExamples } from './examples.js';
import { printPage } from './page.js';
import { runTables } from './tables.js';
import { replaceTables } from './tables/page.js';
import { replaceTriggers } from './triggers/page.js';
import { runTriggers } from './triggers/run-triggers.js';

const root = join(import.meta.dirname, '../..');
const modules = process.env.BITIQ_DIST ?? join(root, 'dist');
const [part, only] = process.argv.slice(2);
const pipeline = moduleFolder('github.com/tektoncd/pipeline', 'v1.12.0');
const wants = (name) => part === undefined || part === name;

if (part === 'against') {
  const page = join(root, 'docs/reference/tekton-conformance.md');
  await compareWithCluster(process.argv.slice(3), { pipeline, modules, page, log: console.log });
}

const found = {};
if (wants('examples')) {
  found.examples = await runExamples({
    folder: join(pipeline, 'examples/v1'),
    modules,
    only,
    log: console.log,
  });
  console.log(countOf(found.examples));
}

if (wants('cases')) {
  found.cases = runCases({ pipeline, modules, log: console.log });
  console.log(countOf(found.cases));
}

if (wants('tables')) {
  found.tables = await runTables({ folder: pipeline, modules, log: console.log });
  console.log(countOf(found.tables));
  const page = join(root, 'docs/reference/tekton-conformance.md');
  if (part === 'tables') writePage(page, replaceTables(readFileSync(page, 'utf8'), found.tables));
}

if (wants('triggers')) {
  const module = moduleFolder('github.com/tektoncd/triggers', 'v0.36.0');
  found.triggers = await runTriggers({ module, modules, log: console.log });
  console.log(countOf(found.triggers));
  const page = join(root, 'docs/reference/tekton-conformance.md');
  if (part === 'triggers') writePage(page, replaceTriggers(readFileSync(page, 'utf8'), found.triggers));
}

if (part === undefined) {
  writePage(join(root, 'docs/reference/tekton-conformance.md'), printPage(found));
}
// Timers of time limits that are not used any more.
process.exit(0);

function writePage(page, text) {
  writeFileSync(page, text);
  execFileSync('npx', ['prettier', '--write', page, 'tools/conformance/triggers'], {
    cwd: root,
    stdio: 'ignore',
  });
}

function countOf(outcomes) {
  const counts = {};
  for (const { verdict } of outcomes) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

/** The folder of a Go module, downloaded when it is not there. */
function moduleFolder(path, version) {
  const listed = execFileSync('go', ['mod', 'download', '-json', `${path}@${version}`], { encoding: 'utf8' });
  return JSON.parse(listed).Dir;
}
