import { describe, expect, it } from 'vitest';
import { loadTektonObjects } from '../../src/tekton/load-objects.ts';
import { planTaskRun } from '../../src/tekton/plan/plan-task-run.ts';
import { executePipelineRun } from '../../src/tekton/run/execute-pipeline-run.ts';
import { processExecutor } from '../../src/tekton/run/process-executor.ts';
import { newFolder } from './kit.ts';

const text = (spec: string) => `apiVersion: tekton.dev/v1
kind: Task
metadata: { name: greet }
spec:
  params: [{ name: who, default: world }]
  workspaces: [{ name: w }]
  results: [{ name: r }]
  steps: [{ name: s, script: 'printf %s "$(params.who) $(context.task.name) $(context.taskRun.name)" > $(results.r.path)' }]
---
apiVersion: tekton.dev/v1
kind: TaskRun
metadata: { name: once }
spec: ${spec}
`;

function plan(spec: string) {
  const objects = loadTektonObjects([{ file: 'run.yaml', text: text(spec) }]);
  return planTaskRun(objects, objects.taskRuns[0]!, { name: 'once', uid: 'u' });
}

describe('a TaskRun', () => {
  it('runs its Task under its own name', async () => {
    const planned = plan(
      '{ taskRef: { name: greet }, workspaces: [{ name: w, emptyDir: {} }], params: [{ name: who, value: 7 }] }',
    );
    expect(planned.findings).toEqual([]);
    const { taskRuns } = await executePipelineRun(planned.plan!, {
      executor: processExecutor,
      directory: newFolder(),
      now: () => new Date(),
    });
    expect(taskRuns).toMatchObject([
      {
        metadata: { name: 'once' },
        spec: { taskRef: { name: 'greet', kind: 'Task' }, timeout: '1h0m0s' },
        status: {
          conditions: [{ status: 'True', reason: 'Succeeded' }],
          results: [{ name: 'r', type: 'string', value: '7 greet once' }],
        },
      },
    ]);
  });

  it.each([
    ['{ taskRef: { name: great }, workspaces: [{ name: w, emptyDir: {} }] }', 'TaskRunResolutionFailed'],
    ['{ taskRef: { name: greet } }', 'InvalidWorkspaceBindings'],
    [
      '{ taskRef: { name: greet }, workspaces: [{ name: w, emptyDir: {} }], params: [{ name: who, value: [a] }] }',
      'ParameterTypeMismatch',
    ],
  ])('%s is refused: %s', (spec, reason) => {
    const { plan: none, findings } = plan(spec);
    expect(none).toBeUndefined();
    expect(findings.map((finding) => finding.reason)).toEqual([reason]);
  });
});
