import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseFindings, type TektonFinding } from '../../src/tekton/finding.ts';
import { loadTektonObjects } from '../../src/tekton/load-objects.ts';
import { planPipelineRun } from '../../src/tekton/plan/plan-pipeline-run.ts';
import type { PipelineRunPlan } from '../../src/tekton/plan/types.ts';
import type { RunEvent } from '../../src/tekton/run/events.ts';
import { executePipelineRun, type PipelineRunResult } from '../../src/tekton/run/execute-pipeline-run.ts';
import type { ExecuteOptions } from '../../src/tekton/run/options.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import type { ParamValue } from '../../src/tekton/types.ts';

/** A run that is over, and everything it said on the way. */
export interface FinishedRun extends PipelineRunResult {
  readonly directory: string;
  readonly events: readonly RunEvent[];
  /** `task/step: line` for each line of a log. */
  readonly lines: readonly string[];
}

/** A new folder that no link leads to. */
export function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-tekton-')));
}

export function planYaml(text: string): {
  plan: PipelineRunPlan | undefined;
  findings: readonly TektonFinding[];
} {
  const objects = loadTektonObjects([{ file: 'test.yaml', text }]);
  const run = objects.pipelineRuns.at(-1);
  if (!run) return { plan: undefined, findings: objects.findings };
  return planPipelineRun(objects, run, { name: 'run', uid: 'uid' });
}

/** Plans and runs the last PipelineRun of a YAML text. */
export async function runYaml(text: string, options: Partial<ExecuteOptions> = {}): Promise<FinishedRun> {
  const { plan, findings } = planYaml(text);
  refuseFindings(findings);
  const objects = loadTektonObjects([{ file: 'test.yaml', text }]);
  const events: RunEvent[] = [];
  const directory = options.directory ?? newFolder();
  const result = await executePipelineRun(plan!, {
    executor: processExecutor,
    now: () => new Date(),
    secrets: objects.secrets,
    configMaps: objects.configMaps,
    bytes: objects.bytes,
    ...options,
    directory,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
  });
  const lines = events.flatMap((event) =>
    event.type === 'log' ? [`${event.task}/${event.step}: ${event.line}`] : [],
  );
  return { ...result, directory, events, lines };
}

/** A PipelineRun around the text of its pipelineSpec. */
export function embedded(spec: string, rest = ''): string {
  return `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: run }
spec:
${rest.replace(/^(?=.)/gm, '  ')}
  pipelineSpec:
${spec.replace(/^(?=.)/gm, '    ')}
`;
}

export function conditionOf(run: PipelineRunResult) {
  const { status, reason, message } = run.pipelineRun.status.conditions[0]!;
  return { status, reason, message };
}

export function taskRunOf(run: PipelineRunResult, task: string) {
  return run.taskRuns.find((one) => one.metadata.labels['tekton.dev/pipelineTask'] === task);
}

export function reasonOf(run: PipelineRunResult, task: string): string | undefined {
  return taskRunOf(run, task)?.status.conditions[0]?.reason;
}

export function resultsOf(run: PipelineRunResult, task: string): Record<string, ParamValue> {
  const results = taskRunOf(run, task)?.status.results ?? [];
  return Object.fromEntries(results.map(({ name, value }) => [name, value]));
}

export function skipsOf(run: PipelineRunResult): Record<string, string> {
  return Object.fromEntries(
    (run.pipelineRun.status.skippedTasks ?? []).map(({ name, reason }) => [name, reason]),
  );
}
