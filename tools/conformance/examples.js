// Runs every file of Tekton's examples/v1 with the process executor, and says how each ended.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const sshServer =
  'its sidecar sets up an ssh server in /etc and lets it in as root: only containers may run it';
const privateImage =
  'it copies a private image of Tekton from gcr.io, with an account of that project; its own CI leaves the file out, too';

/** Files that this harness does not give to the toolkit, and why. */
const leftOut = new Map([
  ['taskruns/authenticating-git-commands.yaml', sshServer],
  ['taskruns/beta/authenticating-git-commands.yaml', sshServer],
  ['taskruns/no-ci/docker-creds.yaml', privateImage],
  ['taskruns/no-ci/pull-private-image.yaml', privateImage],
]);

/** Files whose result Tekton's own settings for these examples allow: results of more than 4096 bytes. */
const maxResultSize = 8192;

export async function runExamples({ folder, modules, only, log }) {
  const { executorFor, prepareRuns } = await import(join(modules, 'tekton/index.js'));
  const processExecutor = await executorFor('process');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !only || file.includes(only))
    .sort();
  const outcomes = [];
  const waiting = [...files];
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runExample(file);
      outcomes.push(outcome);
      log(
        `${outcome.verdict.padEnd(9)} ${(outcome.milliseconds / 1000).toFixed(1).padStart(5)} s  ${file}${outcome.why ? `: ${outcome.why}` : ''}`,
      );
      if (outcome.verdict === 'failed' || only)
        log((outcome.lines ?? []).map((line) => `    ${line}`).join('\n'));
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return outcomes.sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file));

  async function runExample(file) {
    const directory = mkdtempSync(join(tmpdir(), 'bitiq-example-'));
    mkdirSync(join(directory, 'claims'));
    const started = Date.now();
    const lines = [];
    const verdict = (kind, why) => ({ file, verdict: kind, why, lines, milliseconds: Date.now() - started });
    if (leftOut.has(file)) return verdict('left out', leftOut.get(file));
    try {
      const runs = await prepareRuns({
        files: [join(folder, file)],
        runs: join(directory, 'runs'),
        claims: join(directory, 'claims'),
        newSuffix: () => randomBytes(3).toString('hex'),
        newUid: randomUUID,
        executor: processExecutor,
        now: () => new Date(),
        maxResultSize,
        signal: AbortSignal.timeout(120_000),
        onEvent: (event) => {
          if (event.type === 'log') lines.push(`${event.task}/${event.step}: ${event.line}`);
        },
      });
      const results = await Promise.all(runs.map((run) => run.start()));
      const failed = results.find(({ state }) => state !== 'succeeded');
      if (!failed) return verdict('Succeeded', '');
      const taskRun = failed.taskRuns.find((one) => one.status.conditions[0].status !== 'True');
      return verdict(
        'failed',
        `${failed.pipelineRun.status.conditions[0].message}; ${taskRun?.status.conditions[0].message ?? ''}`,
      );
    } catch (error) {
      const isRefused = [
        'tekton-unsupported',
        'tekton-invalid',
        'tekton-missing',
        'tekton-unavailable',
      ].includes(error.code);
      return verdict(
        isRefused ? 'refused' : 'failed',
        isRefused ? error.message.split('\n')[0] : error.stack,
      );
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}
