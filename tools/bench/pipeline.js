import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitiq, env, inFolder, medians, timeOf } from './measure.js';

const [wide, deep] = [50, 4];

/** A pipeline of 200 small tasks, 50 beside each other and 4 after another, beside the same shells started by node alone. */
export function pipeline() {
  return inFolder(async (folder) => {
    const file = join(folder, 'run.yaml');
    writeFileSync(file, printRun());
    const shells = [];
    for (let run = 0; run < 3; run++) shells.push(await timeOfShells());
    const [total, start] = medians(3, [
      () =>
        timeOf(process.execPath, [bitiq, 'pipeline', 'run', file, '--state', join(folder, 'state')], {
          cwd: folder,
        }),
      () => timeOf(process.execPath, [bitiq, '--help']),
    ]);
    const floor = shells.sort((a, b) => a - b)[1];
    const tasks = wide * deep;
    return [
      {
        what: `bitiq pipeline run, ${tasks} tasks`,
        ms: total,
        peer: `${tasks} shells`,
        peerMs: floor,
        must: '',
      },
      {
        what: '  a task, above shell and start of bitiq',
        ms: (total - start - floor) / tasks,
        peer: '',
        must: '≤ 15 ms',
      },
    ];
  });
}

function printRun() {
  const tasks = Array.from({ length: wide * deep }, (_, index) => {
    const [layer, place] = [Math.floor(index / wide), index % wide];
    const after = layer === 0 ? '' : `\n        runAfter: [t-${layer - 1}-${place}]`;
    return `      - name: t-${layer}-${place}${after}
        taskSpec: { steps: [{ name: s, image: busybox, script: 'exit 0' }] }`;
  });
  return `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: wide-and-deep }
spec:
  pipelineSpec:
    tasks:
${tasks.join('\n')}
`;
}

async function timeOfShells() {
  const started = performance.now();
  for (let layer = 0; layer < deep; layer++) {
    await Promise.all(
      Array.from({ length: wide }, () => {
        const child = spawn('sh', ['-c', 'exit 0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
        return new Promise((resolve) => child.on('close', resolve));
      }),
    );
  }
  return performance.now() - started;
}
