import { refuseFindings } from '../../src/tekton/finding.ts';
import { loadTektonObjects } from '../../src/tekton/load-objects.ts';
import { planTaskRun } from '../../src/tekton/plan/plan-task-run.ts';
import type { RunEvent } from '../../src/tekton/run/events.ts';
import { executePipelineRun } from '../../src/tekton/run/execute-pipeline-run.ts';
import type { ExecuteOptions } from '../../src/tekton/run/options.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { newFolder } from './kit.ts';

/** A TaskRun around the text of its spec, with other objects before it. */
export function taskRunYaml(spec: string, objects = ''): string {
  return `${objects}${objects && '\n---\n'}apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: run }
spec:
${spec.replace(/^(?=.)/gm, '  ')}`;
}

/** Plans and runs the TaskRun of a YAML text. */
export async function runTask(text: string, options: Partial<ExecuteOptions> = {}) {
  const objects = loadTektonObjects([{ file: 'test.yaml', text }]);
  const { plan, findings } = planTaskRun(objects, objects.taskRuns.at(-1)!, { name: 'run', uid: 'uid' });
  refuseFindings(findings);
  const events: RunEvent[] = [];
  const directory = newFolder();
  const result = await executePipelineRun(plan!, {
    executor: processExecutor,
    now: () => new Date(),
    secrets: objects.secrets,
    configMaps: objects.configMaps,
    bytes: objects.bytes,
    directory,
    ...options,
    onEvent: (event) => events.push(event),
  });
  const lines = events.flatMap((event) => (event.type === 'log' ? [`${event.step}: ${event.line}`] : []));
  return {
    status: result.taskRuns[0]!.status,
    taskRun: result.taskRuns[0]!,
    lines,
    directory,
    state: result.state,
  };
}
