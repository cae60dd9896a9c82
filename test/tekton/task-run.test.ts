import { describe, expect, it } from 'vitest';
import { runTask, taskRunYaml } from './kit-task.ts';
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

describe('the status of a TaskRun', () => {
  it('has the spec as it was written, and the task with everything put in', async () => {
    const { taskRun, status } = await runTask(
      taskRunYaml(`params: [{ name: p, value: v }, { name: l, value: [x, z] }]
taskSpec:
  params: [{ name: p, description: of $(params.p) }, { name: l, type: array }]
  steps: [{ name: s, image: a@sha256:00, args: ["$(params.l[*])"], script: "echo $(params.p)" }]
`),
    );
    expect(taskRun.spec).toMatchObject({
      serviceAccountName: 'default',
      timeout: '1h0m0s',
      taskSpec: { steps: [{ script: 'echo $(params.p)' }] },
    });
    expect(status).toMatchObject({
      taskSpec: {
        params: [{ name: 'p', description: 'of $(params.p)' }, { name: 'l' }],
        steps: [{ args: ['x', 'z'], script: 'echo v' }],
      },
      steps: [{ imageID: 'a@sha256:00' }],
    });
  });
});
