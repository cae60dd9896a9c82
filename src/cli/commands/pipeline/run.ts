import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BitiqError } from '../../../model/errors.ts';
import type { PreparedRun, RefusedRun, RunEvent, StepExecutor } from '../../../tekton/index.ts';
import { defineCommand, type ContextOf, type OptionSpec } from '../../command.ts';
import { stateDirectory } from '../../open.ts';
import { painter } from '../../print.ts';
import { toolkitRoot } from '../../toolkit-root.ts';
import { printObjects, report, tellInterrupted, tellKilled } from './report-run.ts';

const options = [
  {
    flags: '-f, --file <path>',
    summary: 'a file or folder with Tekton YAML (default: pipelines)',
    many: true,
  },
  { flags: '-p, --param <name=value>', summary: 'a parameter', many: true },
  {
    flags: '-w, --workspace <name=dir>',
    summary: 'a folder for a workspace; it is kept after the run',
    many: true,
  },
  {
    flags: '--runtime <name>',
    summary: 'what runs the steps: process, docker or podman (default: process)',
  },
  {
    flags: '--on-interrupt <what>',
    summary:
      'what the first Ctrl-C does: cancel, finally (cancel the tasks and run finally), or stop (let running tasks end, then run finally); a second Ctrl-C ends everything at once (default: cancel)',
  },
  {
    flags: '--output <format>',
    summary: '`status` prints the PipelineRun or TaskRun with its status as YAML',
  },
  {
    flags: '--max-result-size <bytes>',
    summary: 'the maximum size of each result in bytes (default: 4096 for everything that a step reports)',
  },
  {
    flags: '--state <dir>',
    summary: 'where the run and its logs are kept (default: $BITIQ_STATE, else .bitiq)',
  },
] as const satisfies readonly OptionSpec[];

type Context = ContextOf<typeof options>;

export const pipelineRunCommand = defineCommand({
  name: 'pipeline run',
  group: 'Runs',
  summary: 'run Tekton pipelines and tasks on this machine, without a cluster',
  description:
    "Reads Tekton v1 YAML and runs it with Tekton's semantics. Steps run as processes on this machine, or in containers with --runtime. Before anything runs, unsupported features are named and rejected. If you give only files, every PipelineRun and TaskRun in them runs; the files may also contain the Secrets, ConfigMaps and claims that the runs need. Parameters: write an array with commas or as JSON, an object as JSON.",
  arguments: [
    {
      name: 'what',
      summary: 'files or folders with Tekton YAML, or the name of a Pipeline, Task or run in the files of -f',
      many: true,
    },
  ],
  options,
  examples: [
    { command: 'bitiq pipeline run hello.yaml', summary: 'every run in a file' },
    {
      command: 'bitiq pipeline run hello.yaml -p who=you --output status',
      summary: 'with a parameter, and print the status that Tekton would write',
    },
    {
      command:
        'bitiq pipeline run build-service -p repo-url=../shop -p revision=main -p service=shop -p image=ghcr.io/acme/shop -p base-image=none -w images=/tmp/images',
      summary: "this repository's pipeline on a clone next to it",
    },
  ],
  exitCodes: { 0: 'it succeeded', 1: 'it failed or was cancelled' },
  printsBytes: 'both',
  run: async (context) => {
    const { largestResult, prepareRuns } = await import('../../../tekton/index.ts');
    const { keepPrivate } = await import('../../../local/keep-private.ts');
    const { scratchFolder } = await import('../../../local/scratch-folder.ts');
    const { stepEnvironment, writeStepTools } = await import('../../../local/step-environment.ts');
    const output = context.options.output;
    if (output !== undefined && output !== 'status')
      throw usage(`There is no output ${JSON.stringify(output)}.`, 'It is: status.');
    const executor = await executorOf(context.options.runtime ?? 'process');
    const left = (await executor.open?.()) ?? 0;
    if (left > 0) context.note(`Removed what a killed run left behind: ${left}.`);
    let note = context.note;
    const signal = interruptSignal(context, (text) => note(text));
    const state = stateDirectory(context);
    await tellKilled(join(state, 'runs'), context);
    await mkdir(state, { recursive: true, mode: 0o700 });
    await keepPrivate(state, context.note);
    const scratch = executor.kind === 'process' ? await scratchFolder(state) : state;
    const tools = join(scratch, 'tools');
    await writeStepTools(tools, toolkitRoot());
    const refusals: RefusedRun[] = [];
    let tell: (event: RunEvent) => void = () => {};
    const prepared = await prepareRuns({
      ...whatToRun(context, context.args),
      params: pairsOf(context.options.param ?? [], '-p name=value'),
      workspaces: pairsOf(context.options.workspace ?? [], '-w name=dir'),
      runs: join(state, 'runs'),
      claims: join(state, 'claims'),
      newSuffix: () => randomBytes(3).toString('hex'),
      newUid: randomUUID,
      executor,
      now: context.now,
      signal,
      env: executor.kind === 'process' ? stepEnvironment(context.env) : {},
      path: [tools],
      work: scratch === state ? undefined : join(scratch, 'pipeline-runs'),
      hidden: [join(state, 'secrets')],
      maxResultSize: sizeOf(context.options.maxResultSize, largestResult),
      onEvent: (event) => {
        if (event.type === 'run-interrupted') tellInterrupted(event, output);
        else tell(event);
      },
      onRefused: (refused) => output === 'status' && refusals.push(refused),
    }).catch(async (error: unknown) => {
      await printObjects(refusals, context);
      throw error;
    });
    let isWell = true;
    for (const run of prepared) {
      const show = await progressOf(context, run);
      tell = show.take;
      note = show.note;
      const result = await run.start();
      note = context.note;
      show.end();
      if (output === 'status' && run !== prepared[0]) context.out('---');
      await report(run, result, output, context);
      if (result.state !== 'succeeded') isWell = false;
      if (context.signal.aborted) break;
    }
    return isWell ? 0 : 1;
  },
});

/** The signal of a run: Ctrl-C, with the word of Tekton for what it is to do. */
function interruptSignal(context: Context, note: (text: string) => void): AbortSignal {
  const what = context.options.onInterrupt ?? 'cancel';
  const words = { cancel: 'Cancelled', finally: 'CancelledRunFinally', stop: 'StoppedRunFinally' } as const;
  if (!Object.hasOwn(words, what))
    throw usage(`--on-interrupt is ${JSON.stringify(what)}.`, 'It is: cancel, finally or stop.');
  const interrupt = new AbortController();
  context.signal.addEventListener('abort', () => {
    note('Interrupted. Press Ctrl-C again to end everything at once.');
    interrupt.abort(words[what as keyof typeof words]);
  });
  return interrupt.signal;
}

/** The files, and the name when one was given: what is there as a file is a file. */
function whatToRun(context: Context, args: readonly string[]): { files: string[]; name: string | undefined } {
  const isFile = (text: string) => existsSync(resolve(context.cwd, text)) || /\.ya?ml$/.test(text);
  const names = args.filter((text) => !isFile(text));
  if (names.length > 1) throw usage(`${names.join(' and ')} are two names.`, 'Name one at a time.');
  const named = [...args.filter(isFile), ...(context.options.file ?? [])];
  const files = (named.length > 0 ? named : ['pipelines']).map((file) => resolve(context.cwd, file));
  return { files, name: names[0] };
}

async function executorOf(runtime: string): Promise<StepExecutor> {
  if (runtime === 'process' || runtime === 'docker' || runtime === 'podman')
    return (await import('../../../tekton/index.ts')).executorFor(runtime);
  throw usage(`There is no runtime ${JSON.stringify(runtime)}.`, 'It is: process, docker or podman.');
}

function sizeOf(text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text) || Number(text) > most)
    throw usage(`--max-result-size is ${text}.`, `Write a number of bytes, at most ${most}.`);
  return Number(text);
}

/** A live tree below the logs on a terminal, plain lines elsewhere. */
async function progressOf(context: Context, { plan }: PreparedRun) {
  const paint = painter(context.colour);
  if (process.stderr.isTTY && context.colour) {
    const { RunTree } = await import('./run-tree.ts');
    const tree = new RunTree({
      tasks: [...plan.tasks, ...plan.finally].map(({ name }) => name),
      write: (text) => process.stderr.write(text),
      paint,
      size: () => ({ rows: process.stderr.rows || 24, columns: process.stderr.columns || 80 }),
    });
    return {
      take: (event: RunEvent) => tree.take(event),
      note: (text: string) => tree.say(text),
      end: () => {
        tree.end();
        tree.failedLogs().forEach((line) => context.note(line));
      },
    };
  }
  return {
    take: (event: RunEvent) => {
      if (event.type === 'task-started' && event.attempt > 0)
        context.note(`${event.task}: retry ${event.attempt}`);
      if (event.type === 'log')
        context.note(`${paint('dim', `${event.task}/${event.step} |`)} ${event.line}`);
      if (event.type === 'task-ended' && plan.kind === 'PipelineRun')
        context.note(`${event.task}: ${event.condition.reason}. ${event.condition.message}`);
      if (event.type === 'task-skipped') context.note(`${event.task}: skipped, ${event.reason}`);
    },
    note: context.note,
    end: () => {},
  };
}

function pairsOf(texts: readonly string[], form: string): Record<string, string> {
  const pairs: [string, string][] = texts.map((text) => {
    const split = text.indexOf('=');
    if (split < 1) throw usage(`${JSON.stringify(text)} is not name=value.`, `Write ${form}.`);
    return [text.slice(0, split), text.slice(split + 1)];
  });
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index);
  if (twice) throw usage(`${twice[0]} is named twice.`, 'Name it once.');
  return Object.fromEntries(pairs);
}

function usage(message: string, fix: string): BitiqError {
  return new BitiqError({ code: 'usage', message, fix, state: 'Nothing was run.' });
}
