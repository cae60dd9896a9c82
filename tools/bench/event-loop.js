import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { executeRun, executorFor, planRun } from '../../dist/tekton/index.js';
import { env, inFolder } from './measure.js';

const [runs, tasks, steps] = [20, 2, 3];

/**
 * How long the event loop, which also serves the board and Git, is kept from its turns while 20 runs of 6 steps go on, beside the same
 * shells started by node alone: to start a program blocks by itself.
 */
export function eventLoop() {
  return inFolder(async (folder) => {
    await delayOf(() => startShells());
    await delayOf(() => startRuns(join(folder, 'warm')));
    const rows = [];
    const shells = [];
    const own = [];
    for (let turn = 0; turn < 3; turn++) {
      shells.push(await delayOf(() => startShells()));
      own.push(await delayOf(() => startRuns(join(folder, String(turn)))));
    }
    for (const [index, name] of ['99 % of turns', 'longest turn'].entries()) {
      const middle = (all) => all.map((each) => each[index]).sort((a, b) => a - b)[1];
      rows.push({
        what: `event loop, ${runs} runs of ${tasks * steps} steps: ${name}`,
        ms: middle(own),
        peer: `${runs * tasks * steps} shells`,
        peerMs: middle(shells),
        must: '',
      });
    }
    return rows;
  });
}

/** Milliseconds by which turns of the event loop were late while something went on: the 99th of a hundred, and the latest. */
async function delayOf(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return [histogram.percentile(99) / 1e6, histogram.max / 1e6];
}

async function startRuns(folder) {
  const executor = await executorFor('process');
  await Promise.all(
    Array.from({ length: runs }, (_, index) => {
      const identity = { name: `run-${index}`, uid: `uid-${index}` };
      const { plan } = planRun([{ file: 'run.yaml', text: printRun() }], identity);
      return executeRun(plan, { executor, directory: join(folder, identity.name), now: () => new Date() });
    }),
  );
}

async function startShells() {
  await Promise.all(
    Array.from({ length: runs * tasks }, async () => {
      for (let step = 0; step < steps; step++) await startShell();
    }),
  );
}

async function startShell() {
  // One a turn, as the steps of runs do not start in one turn either.
  await setImmediate();
  const child = spawn('sh', ['-c', 'echo x'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.resume();
  return new Promise((resolve) => child.on('close', resolve));
}

function printRun() {
  const ofTask = Array.from({ length: steps }, (_, step) => `{ name: s${step}, script: echo x }`);
  const all = Array.from(
    { length: tasks },
    (_, task) => `    - { name: t${task}, taskSpec: { steps: [${ofTask.join(', ')}] } }`,
  );
  return `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { generateName: run- }
spec:
  pipelineSpec:
    tasks:
${all.join('\n')}
`;
}
