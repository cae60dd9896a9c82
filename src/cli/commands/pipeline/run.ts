import { randomBytes, randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { BitiqError } from '../../../model/errors.ts';
import { listOption, textOption, type CommandSpec } from '../../command.ts';
import { stateDirectory } from '../../open.ts';
import { painter } from '../../print.ts';
import { toolkitRoot } from '../../toolkit-root.ts';

export const pipelineRun: CommandSpec = {
  name: 'pipeline run',
  group: 'Runs',
  summary: 'run a Tekton pipeline on this machine, without a cluster',
  description:
    'Reads Tekton v1 YAML and executes it with the semantics of Tekton; steps run as processes of this machine. What is not supported is refused by name before anything runs. Parameters: an array is separated by commas, an object is JSON.',
  arguments: [{ name: 'name', summary: 'the Pipeline or PipelineRun' }],
  options: [
    {
      flags: '-f, --file <path>',
      summary: 'a file or folder with Tekton YAML (default: pipelines)',
      many: true,
    },
    { flags: '-p, --param <name=value>', summary: 'a parameter', many: true },
    {
      flags: '-w, --workspace <name=dir>',
      summary: 'a folder for a workspace, which outlives the run',
      many: true,
    },
    { flags: '--output <format>', summary: 'status: print the PipelineRun with its status as YAML' },
    {
      flags: '--state <dir>',
      summary: 'where the run and its logs are kept (default: $BITIQ_STATE, else .bitiq)',
    },
  ],
  examples: [
    {
      command:
        'bitiq pipeline run build-service -p repo-url=../shop -p revision=main -p service=shop -p image=ghcr.io/acme/shop -p base-image=none -w images=/tmp/images',
      summary: 'the pipeline of this repository on a clone beside it',
    },
  ],
  exitCodes: { 0: 'it succeeded', 1: 'it failed or was cancelled' },
  run: async (context) => {
    const { runPipeline } = await import('../../../actions/run-pipeline.ts');
    const { stringify } = await import('yaml');
    const { processExecutor } = await import('../../../tekton/run/process-executor.ts');
    const { stepEnvironment, writeStepTools } = await import('../../../local/step-environment.ts');
    const output = textOption(context, 'output');
    if (output !== undefined && output !== 'status')
      throw usage(`There is no output ${JSON.stringify(output)}.`, 'It is: status.');
    const name = context.args[0] ?? '';
    const run = `${name}-${randomBytes(3).toString('hex')}`;
    const state = stateDirectory(context);
    const tools = join(state, 'tools');
    await writeStepTools(tools, toolkitRoot());
    const paint = painter(context.colour);
    const files = listOption(context, 'file');
    const result = await runPipeline({
      files: (files.length > 0 ? files : ['pipelines']).map((file) => resolve(context.cwd, file)),
      name,
      params: pairsOf(listOption(context, 'param'), '-p name=value'),
      workspaces: pairsOf(listOption(context, 'workspace'), '-w name=dir'),
      run: { name: run, uid: randomUUID() },
      executor: processExecutor,
      directory: join(state, 'runs', run),
      now: context.now,
      signal: context.signal,
      env: stepEnvironment(context.env),
      path: [tools],
      onEvent: (event) => {
        if (event.type === 'log')
          context.note(`${paint('dim', `${event.task}/${event.step} |`)} ${event.line}`);
        if (event.type === 'task-ended')
          context.note(`${event.task}: ${event.condition.reason}. ${event.condition.message}`);
        if (event.type === 'task-skipped') context.note(`${event.task}: skipped, ${event.reason}`);
      },
    });
    const condition = result.pipelineRun.status.conditions[0];
    if (output === 'status') context.out(stringify(result.pipelineRun).trimEnd());
    else {
      for (const { name: key, value } of result.pipelineRun.status.results ?? [])
        context.out(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      context.note(`${run}: ${condition?.reason}. ${condition?.message}`);
    }
    return result.state === 'succeeded' ? 0 : 1;
  },
};

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
