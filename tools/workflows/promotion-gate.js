// Judges what a branch does to the pinned environments: `node tools/workflows/promotion-gate.js --base origin/main`, in a
// checkout of the GitOps repository, after `npm run build`. Prints Markdown; exits 1 when something stands against it.
// On GitHub the whole goes to the summary of the run, and what fits into a comment to the output `comment`.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { requireThawed, settleHolds } from '../../dist/actions/plan/obey-stops.js';
import { freezeKind, holdKind, readStops } from '../../dist/actions/read/read-stops.js';
import { renderEnvironment } from '../../dist/actions/render.js';
import { fetchRemote, headOfMain, openRepository } from '../../dist/git/repository.js';
import { commitTree, folderTree } from '../../dist/git/tree.js';
import { findHelm } from '../../dist/helm/find-helm.js';
import { askKyverno, compareVerdicts, hasKyverno } from './ask-kyverno.js';
import { findMoves } from './find-moves.js';
import { limits, literal, printGate, shorten } from './print-gate.js';
import { runBitiq } from './run-bitiq.js';

const { values: options } = parseArgs({
  options: {
    base: { type: 'string' },
    // Asks no one and goes on with what was fetched last.
    offline: { type: 'boolean', default: false },
    // Main, the tags and what is recorded of health were fetched just before, by who had a login.
    fetched: { type: 'boolean', default: false },
    'require-kyverno': { type: 'boolean', default: false },
  },
});
const kyverno = hasKyverno();
const repository = await openRepository('.', {
  isFound: true,
  offline: true,
  branch: process.env.BITIQ_BRANCH || undefined,
  folder: process.env.BITIQ_FOLDER || undefined,
});
const base = options.base ?? `origin/${repository.branch}`;
const folder = mkdtempSync(join(tmpdir(), 'bitiq-gate-'));
let failed = false;
/** Why it is not known what was seen healthy: an old state of it would let versions pass that no one saw. */
let healthUnknown;
try {
  if (!options.offline && !options.fetched) await fetchRemote(repository).catch(goOnWithout);
  const moves = await findMoves(repository, base);
  const repositoryChecked = checkRepository();
  const judged = [];
  for (const move of moves) {
    const [{ rows, details }, diff] = await Promise.all([judge(move), printDiff(move)]);
    judged.push({ ...move, rows, details, diff });
  }
  tell(printGate(judged, await repositoryChecked), moves);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** What can be judged without the remote is judged; what was seen healthy is not known then. */
function goOnWithout(error) {
  if (error.code !== 'remote-unreachable') throw error;
  healthUnknown = error.message;
  console.error(`${error.message}\nGoing on with what was fetched.`);
}

async function judge(move) {
  const { rows, details, row } = newTable();
  if (move.kind === 'unpinned') {
    row(
      'pinned',
      false,
      'nothing would judge any more what runs there: who may decides this, without the gate',
    );
    return { rows, details };
  }
  const subject = await (move.kind === 'values' ? subjectOfValues(move) : subjectOfRelease(move)).catch(
    (error) => {
      row('rendering', false, 'see below');
      details.push(literal(error.message));
    },
  );
  if (move.kind === 'promotion') {
    await checkFreeze(move, row, details);
    await checkStops(move, row, details);
    if (healthUnknown !== undefined) {
      row('health', false, 'it is not known what was seen healthy: the fetch of it failed');
      details.push(literal(healthUnknown));
    }
  }
  // A rollback goes to what has run before, so it is shown what the policies say, and nothing is held against it.
  if (subject) await checkPolicies(move, subject, { row, details, binds: move.kind !== 'rollback' });
  return { rows, details };
}

/** A release is judged by the policies of main, as `bitiq promote` does it. */
async function subjectOfRelease({ environment, to }) {
  const rendered = await runBitiq('render', '--json', '--offline', '--', to);
  if (rendered.code !== 0) throw new Error(rendered.stderr);
  const tree = commitTree(repository, await headOfMain(repository));
  return { tree, environment, judge: { args: [], subject: to }, ...JSON.parse(rendered.stdout) };
}

/** Values of main that no release has taken yet are judged by the policies beside them. */
async function subjectOfValues({ environment }) {
  const tree = folderTree(repository);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { path: helm } = await findHelm({ root, progress: console.error });
  const rendering = await renderEnvironment(tree, { environment, helm });
  const file = join(folder, `${environment}.yaml`);
  writeFileSync(file, rendering.manifests);
  return { tree, environment, judge: { args: ['--environment', environment], subject: file }, ...rendering };
}

async function checkFreeze({ environment }, row, details) {
  const tree = commitTree(repository, await headOfMain(repository));
  try {
    requireThawed(await readStops(tree, environment, freezeKind), environment, new Date());
    row('freezes', true, `${environment} is open`);
  } catch (error) {
    row('freezes', false, 'see below');
    details.push(literal(`${error.message}\nfix: ${error.fix}`));
  }
}

/** What is held on main stays held for a branch too: by --force a person moves it, and not a merge. */
async function checkStops({ environment, from, to }, row, details) {
  const { code, stdout, stderr } = await runBitiq(
    ...['diff', '--depth', 'versions', '--json', '--offline', '--', sideOf(from, environment), to],
  );
  try {
    if (code > 1) throw new Error(stderr.trimEnd());
    const holds = await readStops(
      commitTree(repository, await headOfMain(repository)),
      environment,
      holdKind,
    );
    settleHolds(holds, JSON.parse(stdout).changes, { environment, force: false, now: new Date() });
    row('holds', true, 'no service that moves is held');
  } catch (error) {
    row('holds', false, 'see below');
    const fix = `Lift it on main with \`bitiq unhold ${environment}\`, then run this again.`;
    details.push(
      literal(
        error.code === 'service-held' ? `error[${error.code}]: ${error.message}\nfix: ${fix}` : error.message,
      ),
    );
  }
}

async function checkPolicies(move, subject, { row, details, binds }) {
  const { code, stdout, stderr } = await runBitiq(
    ...['policy', ...subject.judge.args, '--json', '--offline', '--', subject.judge.subject],
  );
  if (!stdout.startsWith('{')) {
    row('policies', !binds, 'see below');
    details.push(literal(stderr));
    return;
  }
  const report = JSON.parse(stdout);
  const { counts, findings, faults } = report;
  const said = `${counts.pass} passed, ${counts.fail} failed, ${counts.error} errors, ${counts.skip} skipped`;
  row(
    'policies',
    code === 0 || !binds,
    binds ? said : `${said}; a rollback to what ran before always passes`,
  );
  const lines = [
    ...faults.map((fault) => `${fault.severity}[${fault.code}]: ${fault.message}\n  fix: ${fault.fix}`),
    ...findings.map(
      (each) =>
        `${each.severity}[${each.policy}]: ${each.object}: ${each.message}\n  ${printPlace(each.place)}\n  fix: ${each.fix}`,
    ),
  ];
  if (lines.length > 0) details.push(literal(lines.join('\n')));
  if (!kyverno) {
    row('policies by Kyverno', !options['require-kyverno'], 'not asked: kyverno is not on PATH');
    return;
  }
  const verdicts = await askKyverno({ ...subject, release: report.release });
  const differences = compareVerdicts(report, verdicts);
  row(
    'policies by Kyverno',
    differences.length === 0 || !binds,
    differences.length === 0 ? `the same ${verdicts.size} verdicts` : 'other verdicts, see below',
  );
  if (differences.length > 0) details.push(literal(differences.join('\n')));
}

/** The commits of the services come from their repositories, if these can be reached without a login. */
async function printDiff({ environment, kind, from, to }) {
  if (kind === 'unpinned') return undefined;
  const depths = kind === 'values' ? 'versions,manifests' : 'versions,commits,manifests,policies';
  const ask = (...more) =>
    runBitiq('diff', '--depth', depths, '--markdown', ...more, '--', sideOf(from, environment), to);
  const online = options.offline ? undefined : await ask();
  const { code, stdout, stderr } = online && online.code <= 1 ? online : await ask('--offline');
  return code <= 1 && stdout !== '' ? stdout.trimEnd() : literal(stderr);
}

async function checkRepository() {
  const { rows, details, row } = newTable();
  const { code, stdout, stderr } = await runBitiq('check', '--json');
  if (!stdout.startsWith('[')) {
    row('`bitiq check`', false, 'see below');
    details.push(literal(stderr));
    return { rows, details };
  }
  const findings = JSON.parse(stdout);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  row(
    '`bitiq check`',
    code === 0,
    `${count(errors, 'error')}, ${count(findings.length - errors, 'warning')}`,
  );
  const lines = findings.map(
    (each) =>
      `${each.severity}[${each.code}]: ${each.message}\n  ${printPlace(each.place)}\n  fix: ${each.fix}`,
  );
  if (lines.length > 0) details.push(literal(lines.join('\n')));
  return { rows, details };
}

/** Before its first release an environment goes by its name. */
function sideOf(from, environment) {
  return from === `${environment}/0` ? environment : from;
}

function newTable() {
  const [rows, details] = [[], []];
  const row = (what, passed, said) => {
    rows.push({ what, passed, said });
    if (!passed) failed = true;
  };
  return { rows, details, row };
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function printPlace({ file, line }) {
  return line === undefined ? file : `${file}:${line}`;
}

function tell(markdown, moves) {
  console.log(markdown.trimEnd());
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = process.env;
  if (summary) appendFileSync(summary, shorten(markdown, limits.summary));
  if (!output || moves.length === 0) return;
  // No one can know the end mark in advance, so nothing in the text can end it.
  const end = randomUUID();
  appendFileSync(output, `comment<<${end}\n${shorten(markdown, limits.comment).trimEnd()}\n${end}\n`);
}
