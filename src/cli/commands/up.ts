import { BitiqError } from '../../model/errors.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../command.ts';
import { stateOption } from '../common-options.ts';
import { readPort } from '../number-options.ts';
import { helmPath, stateDirectory } from '../open.ts';
import { painter } from '../print.ts';
import { toolkitRoot } from '../toolkit-root.ts';

const options = [
  { flags: '--port <port>', summary: 'the port on 127.0.0.1, 0 for a free one (default: 8484)' },
  stateOption,
  { flags: '--runtime <runtime>', summary: 'how steps and services run: process (default: process)' },
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const upCommand = defineCommand({
  name: 'up',
  group: 'Runs',
  summary: 'run the whole loop on this machine: Git, pipelines, images, releases, services',
  description:
    'Starts Git remotes, the webhook, the pipelines of pipelines/, the updater, a deployer for each environment and a board, all on 127.0.0.1. The first start creates a Git repository for each example service, builds them and starts the environment that follows main. Later starts continue from the state on disk, even after a crash. Ctrl-C ends everything it started.',
  options,
  examples: [
    { command: './bitiq up', summary: 'then open http://127.0.0.1:8484' },
    { command: './bitiq up --state /tmp/other --port 0', summary: 'a second loop next to the first' },
  ],
  run: async (context) => {
    requireRuntime(context);
    const { startLoop } = await import('../../local/loop.ts');
    const helm = await helmPath(context);
    const paint = painter(context.colour);
    const loop = await startLoop({
      root: toolkitRoot(),
      branch: context.env['BITIQ_BRANCH'] || undefined,
      state: stateDirectory(context),
      port: readPort(context.options.port ?? '8484'),
      helm,
      clock: context.now,
      onEvent: (event) =>
        context.out(`${paint('dim', event.at.slice(11, 19))}  ${event.kind.padEnd(8)}${event.text}`),
      note: (text) => context.note(text),
    });
    context.out(loop.welcome);
    await new Promise<void>((resolve) => {
      if (context.signal.aborted) resolve();
      context.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    context.note('Ending everything …');
    await loop.stop();
    context.note('Ended. The next `./bitiq up` continues from here.');
    return 0;
  },
});

function requireRuntime(context: Context): void {
  const runtime = context.options.runtime ?? 'process';
  if (runtime === 'process') return;
  throw new BitiqError({
    code: 'usage',
    message: `There is no runtime ${JSON.stringify(runtime)} yet.`,
    fix: 'The runtime is: process.',
  });
}
