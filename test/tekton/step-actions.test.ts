import { describe, expect, it } from 'vitest';
import { runTask, taskRunYaml } from './kit-task.ts';

const action = `apiVersion: tekton.dev/v1beta1
kind: StepAction
metadata: { name: say }
spec:
  params:
  - { name: word, default: hello }
  - { name: list, type: array, default: [x] }
  - { name: object, type: object, properties: { a: {}, b: {} }, default: { a: A, b: B } }
  results: [{ name: said }]
  env: [{ name: WORD, value: $(params.word) }, { name: B, value: $(params.object.b) }]
  args: ["$(params.list[*])"]
  script: |
    echo "$WORD $B $*"
    printf %s "$WORD" > $(step.results.said.path)`;

describe('a StepAction', () => {
  it("gets the step's values, with the task's parameters in them, over its own defaults", async () => {
    const run = await runTask(
      taskRunYaml(
        `params: [{ name: word, value: task }, { name: list, value: [p, q] }]
taskSpec:
  params: [{ name: word }, { name: list, type: array }]
  results: [{ name: last, value: $(steps.two.results.said) }]
  stepTemplate: { env: [{ name: B, value: template }] }
  steps:
  - { name: one, ref: { name: say } }
  - name: two
    ref: { name: say }
    params:
    - { name: word, value: "of $(params.word)" }
    - { name: list, value: "$(params.list[*])" }
    - { name: object, value: { b: given } }
  - { name: three, script: echo end }
`,
        action,
      ),
    );
    expect(run.lines).toEqual(['one: hello B x', 'two: of task given p q', 'three: end']);
    expect(run.status.results).toEqual([{ name: 'last', type: 'string', value: 'of task' }]);
  });

  it('gets results of earlier steps of all three types', async () => {
    const run = await runTask(
      taskRunYaml(
        `taskSpec:
  steps:
  - name: first
    results: [{ name: l, type: array }, { name: w }, { name: o, type: object, properties: { a: {}, b: {} } }]
    script: |
      printf '["1", "2"]' > $(step.results.l.path)
      printf word > $(step.results.w.path)
      printf '{"a":"a","b":"bee"}' > $(step.results.o.path)
  - name: second
    ref: { name: say }
    params:
    - { name: word, value: $(steps.first.results.w) }
    - { name: list, value: "$(steps.first.results.l[*])" }
    - { name: object, value: "$(steps.first.results.o[*])" }
`,
        action,
      ),
    );
    expect(run.lines).toEqual(['second: word bee 1 2']);
  });

  it('must not use a parameter in its script, and misses one without a default', async () => {
    const broken = action.replace('echo "$WORD', 'echo "$(params.word)');
    const spec = 'taskSpec: { steps: [{ name: s, ref: { name: say } }] }\n';
    await expect(runTask(taskRunYaml(spec, broken))).rejects.toMatchObject({
      code: 'tekton-invalid',
      message: expect.stringContaining('script of a StepAction') as string,
    });
    await expect(runTask(taskRunYaml(spec, action.replace(', default: hello', '')))).rejects.toMatchObject({
      message: 'The StepAction "say" needs the parameter "word", and it is not given.',
    });
  });
});

describe('CEL in the `when` of a step', () => {
  it('fails the step when the values that are put in make no expression of it', async () => {
    const run = await runTask(
      taskRunYaml(`params: [{ name: p, value: "it's" }]
taskSpec:
  params: [{ name: p }]
  steps:
  - { name: one, when: [{ cel: "'$(params.p)' == 'a'" }], script: echo never }
  - { name: two, script: echo never }
`),
    );
    expect(run.status.conditions[0]).toMatchObject({ status: 'False', reason: 'StepFailed' });
    expect(run.status.conditions[0]!.message).toMatch(/^"step-one" exited with code 1: The CEL expression /);
    expect(run.lines.join()).not.toContain('never');
  });
});
