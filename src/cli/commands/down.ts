import { setTimeout as sleep } from 'node:timers/promises';
import { BitiqError } from '../../model/errors.ts';
import { defineCommand } from '../command.ts';
import { stateOption } from '../common-options.ts';
import { stateDirectory } from '../open.ts';

/** Milliseconds that a loop gets to end its services, before `down` gives up waiting. */
const patience = 30_000;

export const downCommand = defineCommand({
  name: 'down',
  group: 'Runs',
  summary: 'end the loop that `bitiq up` started, and everything it runs',
  description:
    'Its state stays on disk, and the next `bitiq up` continues from there. Delete the state folder to start from scratch.',
  options: [stateOption],
  examples: [{ command: 'bitiq down', summary: 'from another terminal, instead of Ctrl-C' }],
  exitCodes: { 0: 'the loop ended', 1: 'no loop was running' },
  run: async (context) => {
    const { loopPaths } = await import('../../local/loop-paths.ts');
    const { readRunningLoop } = await import('../../local/loop-record.ts');
    const file = loopPaths(stateDirectory(context)).record;
    const running = await readRunningLoop(file);
    if (running === undefined) {
      context.note('No loop runs here.');
      return 1;
    }
    process.kill(running.pid, 'SIGTERM');
    const deadline = performance.now() + patience;
    while ((await readRunningLoop(file)) !== undefined) {
      if (performance.now() > deadline) {
        throw new BitiqError({
          code: 'tool-failed',
          message: `The loop (process ${running.pid}) was asked to end and still runs after ${patience / 1000} s.`,
          fix: `End it with \`kill -9 ${running.pid}\`; the next \`bitiq up\` cleans up what it leaves.`,
          state: 'The loop still runs.',
        });
      }
      await sleep(50);
    }
    context.note('The loop has ended.');
    return 0;
  },
});
