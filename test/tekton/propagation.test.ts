import { expect, it } from 'vitest';
import { newFolder, planYaml, runYaml } from './kit.ts';
import { loadTektonObjects } from '../../src/tekton/load-objects.ts';
import { conditionOf } from './kit.ts';
import { runTask, taskRunYaml } from './kit-task.ts';

const task = `name: setup
workspaces: [{ name: data, workspace: shared, subPath: sub }]
taskSpec:
  steps:
    - name: s
      image: busybox
      script: echo hi > "$(workspaces.data.path)/x" && cat "$(workspaces.data.path)/x" && echo $(workspaces.data.bound)`;
const indent = (text: string, by: number) => text.replace(/^/gm, ' '.repeat(by)).trimStart();
const pipelineSpec = (indented: string) => `workspaces: [{ name: shared }]
tasks:
  - ${indent(indented, 4)}`;
const run = (spec: string) => `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: { name: run }
spec:
  workspaces: [{ name: shared, emptyDir: {} }]
  ${indent(spec, 2)}`;

it('an embedded task has the workspaces that its pipeline task gives it, without declaring them', async () => {
  const done = await runYaml(run(`pipelineSpec:\n  ${indent(pipelineSpec(task), 2)}`));
  expect(done.lines).toEqual(['setup/s: hi', 'setup/s: true']);
  expect(conditionOf(done).reason).toBe('Succeeded');
});

it('the same holds for a Pipeline of its own, and in finally', async () => {
  const pipeline = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: p }
spec:
  workspaces: [{ name: shared }]
  tasks: [{ name: first, taskSpec: { steps: [{ name: s, script: "true" }] } }]
  finally:
    - ${indent(task, 6)}
---
`;
  const text = pipeline + run('pipelineRef: { name: p }');
  expect(loadTektonObjects([{ file: 'p.yaml', text }]).findings).toEqual([]);
  expect((await runYaml(text)).lines).toEqual(['setup/s: hi', 'setup/s: true']);
});

it('what it may mount is at the real path where the task needs one', async () => {
  const literal = task.replaceAll('$(workspaces.data.path)', '/workspace/data');
  const done = await runYaml(run(`pipelineSpec:\n  ${indent(pipelineSpec(literal), 2)}`), {
    directory: newFolder(),
  });
  expect(done.lines).toEqual(['setup/s: hi', 'setup/s: true']);
});

it('a workspace that nothing gives is a fault of a PipelineRun and of a TaskRun, as of a Pipeline', () => {
  const wrong = task.replaceAll('$(workspaces.data', '$(workspaces.dat');
  const { findings } = planYaml(run(`pipelineSpec:\n  ${indent(pipelineSpec(wrong), 2)}`));
  expect(findings).toMatchObject([
    {
      message: '$(workspaces.dat.path) names the workspace "dat", which is not declared.',
      fix: 'Did you mean "data"?',
    },
    { message: '$(workspaces.dat.path) names the workspace "dat", which is not declared.' },
    { message: '$(workspaces.dat.bound) names the workspace "dat", which is not declared.' },
  ]);
  const one = taskRunYaml('taskSpec: { steps: [{ name: s, script: "ls $(workspaces.w.path)" }] }');
  expect(loadTektonObjects([{ file: 't.yaml', text: one }]).findings).toMatchObject([
    { message: '$(workspaces.w.path) names the workspace "w", which is not declared.' },
  ]);
});

it('an optional workspace that the run does not bind cannot be given to a task that does not know it as optional', () => {
  const text = run(`pipelineSpec:\n  ${indent(pipelineSpec(task), 2)}`)
    .replace('[{ name: shared }]', '[{ name: shared, optional: true }]')
    .replace('  workspaces: [{ name: shared, emptyDir: {} }]\n', '');
  expect(planYaml(text).findings).toMatchObject([
    { reason: 'InvalidWorkspaceBindings', message: expect.stringContaining('which the run does not bind') },
  ]);
});

it('the volumes of an embedded task of a Pipeline may use what the pipeline task gives', () => {
  const text = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata: { name: p }
spec:
  tasks:
    - name: t
      params: [{ name: config, value: trusted }]
      taskSpec:
        volumes: [{ name: ca, configMap: { name: $(params.config) } }]
        steps: [{ name: s, script: "true" }]
`;
  expect(loadTektonObjects([{ file: 'p.yaml', text }]).findings).toEqual([]);
});

it('a variable of Tekton that names nothing here does not reach the shell in silence', async () => {
  const script = "echo '$(context.pipelineRun.name) $(tasks.a.results.b) $(date-of-a-shell)'";
  const spec = `taskSpec: { steps: [{ name: s, script: ${JSON.stringify(script)} }] }`;
  const { lines } = await runTask(taskRunYaml(spec));
  expect(lines).toEqual([
    's: bitiq: $(context.pipelineRun.name) names nothing here and reaches the step as it is, as in Tekton.',
    's: bitiq: $(tasks.a.results.b) names nothing here and reaches the step as it is, as in Tekton.',
    's: $(context.pipelineRun.name) $(tasks.a.results.b) $(date-of-a-shell)',
  ]);
});
