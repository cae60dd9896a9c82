import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { helmPath } from '../open.ts';
import { painter } from '../print.ts';
import { toolkitRoot } from '../toolkit-root.ts';

export const demoCommand = defineCommand({
  name: 'demo',
  group: 'Runs',
  summary: 'run a complete example unattended: build, deliver, promote, break, roll back',
  description:
    'Runs a loop with temporary state on a free port. A commit reaches dev and is promoted to prod; a change of the chart does not move prod; a commit that fails its health check leaves dev unchanged; a good one is promoted and rolled back. After every step the demo calls the running services over HTTP, and prints how many seconds the step took.',
  options: [
    { flags: '--keep <dir>', summary: 'keep the state in this folder, so that you can look at it' },
    { flags: '--json', summary: 'print the timeline as JSON' },
  ],
  examples: [{ command: './bitiq demo', summary: 'takes about half a minute' }],
  exitCodes: { 0: 'every step succeeded', 1: 'a step failed' },
  run: async (context) => {
    const { playDemo } = await import('../../local/demo/play-demo.ts');
    const keep = context.options.keep;
    const state =
      keep === undefined ? await mkdtemp(join(tmpdir(), 'bitiq-demo-')) : resolve(context.cwd, keep);
    const paint = painter(context.colour);
    const json = context.options.json === true;
    try {
      const timeline = await playDemo({
        root: toolkitRoot(),
        state,
        helm: await helmPath(context),
        clock: context.now,
        signal: context.signal,
        note: (text) => context.note(text),
        onStep: (step) => {
          const line = `${step.seconds.toFixed(2).padStart(7)} s  ${step.title}`;
          if (json) context.note(line);
          else context.out(line);
          for (const fact of step.facts) context.note(paint('dim', `           ${fact}`));
        },
      });
      if (json) context.out(JSON.stringify(timeline, null, 2));
      else
        context.out(
          `Every step succeeded: ${timeline.steps.length} steps in ${timeline.seconds.toFixed(1)} s. Push to healthy: ${timeline.pushToHealthy.map((seconds) => `${seconds.toFixed(2)} s`).join(' and ')}.`,
        );
      return 0;
    } finally {
      if (keep === undefined) await rm(state, { recursive: true, force: true });
    }
  },
});
