import { writeSync } from 'node:fs';
import type { PipelineRunResult, PreparedRun, RunEvent } from '../../../tekton/index.ts';
import { stripSecrets } from '../../../process/run.ts';
import type { CommandContext } from '../../command.ts';

/** Prints the results, or the object with its status; what else is known goes to stderr. */
export async function report(
  { plan, directory }: PreparedRun,
  { pipelineRun: whole, taskRuns, wasDoing = [] }: PipelineRunResult,
  output: string | undefined,
  context: CommandContext,
): Promise<void> {
  const object = plan.kind === 'TaskRun' ? taskRuns[0]! : whole;
  const [condition] = object.status.conditions;
  const isWell = condition?.status === 'True';
  if (output === 'status') await printObjects([object], context);
  else
    for (const { name, value } of object.status.results ?? [])
      context.out(`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  // Who reads the status needs the sentence only to see why the command failed.
  if (output !== 'status' || !isWell)
    context.note(`${plan.name}: ${condition?.reason}. ${condition?.message}`);
  if (wasDoing.length > 0) context.note(`It was ended while it ran ${wasDoing.join(', ')}.`);
  if (!isWell) context.note(`Its record and logs: ${directory}`);
}

/** Prints objects as YAML documents, without logins and tokens that anyone gave to them. */
export async function printObjects(objects: readonly object[], context: CommandContext): Promise<void> {
  const { stringify } = await import('yaml');
  for (const [index, object] of objects.entries()) {
    if (index > 0) context.out('---');
    // JSON drops what is not there.
    context.out(stringify(withoutLogins(object)).trimEnd());
  }
}

/** Says what runs that were killed were doing; each is told once. */
export async function tellKilled(runs: string, context: CommandContext): Promise<void> {
  const { endKilledRuns } = await import('../../../actions/pipeline/end-killed-runs.ts');
  for (const { name, directory, doing } of await endKilledRuns(runs)) {
    const what = doing.length > 0 ? ` while it ran ${doing.join(', ')}` : '';
    context.note(`The run ${name} was killed${what}. Its record and logs: ${directory}`);
  }
}

/** The last words when this process ends before its run: nothing can be waited for any more. */
export function tellInterrupted(
  { doing, result }: Extract<RunEvent, { type: 'run-interrupted' }>,
  output: string | undefined,
): void {
  const { pipelineRun: run } = result;
  const what = doing.length > 0 ? ` It was ended while it ran ${doing.join(', ')}.` : '';
  writeSync(2, `${run.metadata.name}: Cancelled at once.${what}\n`);
  if (output === 'status') writeSync(1, `${JSON.stringify(withoutLogins(run))}\n`);
}

function withoutLogins(object: object): unknown {
  return JSON.parse(JSON.stringify(object), (_, value: unknown) =>
    typeof value === 'string' ? stripSecrets(value, []) : value,
  );
}
